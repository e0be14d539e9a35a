/** @file The entity tag of an answer (RFC 9110, 8.8.3): the same images, model, calibration, photo pipeline and wishes have the same one. */
import { sha256 } from '#shared/digest.ts';
import { temperatureOf } from '#shared/predictions.ts';
import type { ServedModel } from '../../registry/served-model.ts';
import type { Upload } from './upload.ts';

/** Strong as to the predictions; only the answer's `id` is each request's own. */
export async function etagOf({ pictures, isList }: Upload, { manifest }: ServedModel, wishes: object) {
  const { version, photoPipeline } = manifest;
  const decisive: unknown[] = [version, temperatureOf(manifest), photoPipeline, wishes, isList];
  for (const { kind, bytes } of pictures) decisive.push(kind, await sha256(bytes));
  return `"${await sha256(new Uint8Array(new TextEncoder().encode(JSON.stringify(decisive))))}"`;
}

/** Whether `If-None-Match` names the tag, by weak comparison (RFC 9110, 13.1.2). `*` names none: there is no one resource here. */
export function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
