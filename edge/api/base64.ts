/** @file Base64 in JSON → bytes, as part of a schema. */
import * as v from 'valibot';

/** Bytes of a text in base64 (RFC 4648, section 4), without a `data:` prefix. */
export const Base64 = v.pipe(
  v.string(),
  v.metadata({ contentEncoding: 'base64', description: 'Bytes of an image file.' }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return Uint8Array.fromBase64(dataset.value);
    } catch {
      addIssue({ message: 'expected base64 without a data: prefix' });
      return NEVER;
    }
  }),
);
