/** @file A schema for base64 strings in JSON. */
import * as v from 'valibot';

/** Decodes a base64 string (RFC 4648, section 4) without a `data:` prefix. */
export const Base64 = v.pipe(
  v.string(),
  v.metadata({
    contentEncoding: 'base64',
    description: 'An image file in base64, without a `data:` prefix.',
  }),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      return Uint8Array.fromBase64(dataset.value);
    } catch {
      addIssue({ message: 'expected base64 without a data: prefix' });
      return NEVER;
    }
  }),
);
