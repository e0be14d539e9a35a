/** @file The entity tag of a classification (RFC 9110, 8.8.3). */
import { sha256 } from '#shared/digest.ts';
import { temperatureOf } from '#shared/predictions.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import type { Upload } from './upload.ts';

/**
 * Returns the tag: a hash of everything that determines the predictions. The `id` of the response is not part of it. Conditional requests
 * with it have no effect: a POST selects no representation that a condition could apply to (RFC 9110, 13.2.1).
 * @param options what else changes the response: query parameters, and whether it is a page
 */
export async function etagOf({ images, isList }: Upload, { manifest }: ServedModel, options: object) {
  const { version, photoPipeline, fit, leastScore, none } = manifest;
  const parts: unknown[] = [
    version,
    temperatureOf(manifest),
    photoPipeline,
    fit,
    leastScore,
    none,
    options,
    isList,
  ];
  for (const { kind, bytes } of images) parts.push(kind, await sha256(bytes));
  return `"${await sha256(new Uint8Array(new TextEncoder().encode(JSON.stringify(parts))))}"`;
}
