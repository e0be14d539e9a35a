/** @file The entity tag of a classification (RFC 9110, 8.8.3). */
import { sha256 } from '#shared/digest.ts';
import { temperatureOf } from '#shared/predictions.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import type { Upload } from './upload.ts';

/**
 * Returns the tag: a hash of everything that determines the predictions. The `id` of the response is not part of it.
 * @param options query parameters that change the response
 */
export async function etagOf({ images, isList }: Upload, { manifest }: ServedModel, options: object) {
  const { version, photoPipeline } = manifest;
  const parts: unknown[] = [version, temperatureOf(manifest), photoPipeline, options, isList];
  for (const { kind, bytes } of images) parts.push(kind, await sha256(bytes));
  return `"${await sha256(new Uint8Array(new TextEncoder().encode(JSON.stringify(parts))))}"`;
}

/**
 * Returns whether `If-None-Match` contains the tag, by weak comparison (RFC 9110, 13.1.2). `*` never matches: a POST has no current
 * representation.
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
