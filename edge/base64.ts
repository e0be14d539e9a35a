/** @file Base64 in JSON → bytes, as part of a schema. */
import * as v from 'valibot';

/** Bytes of a text in base64 (RFC 4648, section 4), without a `data:` prefix. */
export const Base64 = v.pipe(
  v.string(),
  v.metadata({ contentEncoding: 'base64', description: 'Bytes of an image file.' }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return bytesOf(dataset.value);
    } catch {
      addIssue({ message: 'expected base64 without a data: prefix' });
      return NEVER;
    }
  }),
);

/**
 * Bytes of a base64 text. A loop, since `Uint8Array.from` goes through an iterator: seconds of CPU for the largest body.
 * @throws DOMException when it is none
 */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
