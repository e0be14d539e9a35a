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
    const bytes = decode(dataset.value);
    if (bytes) return bytes;
    addIssue({ message: `expected base64${describe(dataset.value)}` });
    return NEVER;
  }),
);

/** Texts that are sent in place of base64, by their first characters. */
const OTHER_TEXTS: readonly [beginning: RegExp, description: string][] = [
  [/^data:/i, ' without a data: prefix, got a data: URI. Send only the part after its comma'],
  [/^https?:/i, ', got a URL. Send the image itself'],
  [/^b['"]/, ', got the text of a Python bytes object. Decode it to a string first'],
];

/** Says what a text is that is not base64, without repeating it. */
function describe(text: string): string {
  const known = OTHER_TEXTS.find(([beginning]) => beginning.test(text));
  if (known) return known[1];
  const isUrlSafe = decode(text, 'base64url') !== undefined;
  return isUrlSafe
    ? ', got base64url. Write + in place of - and / in place of _'
    : ', got other characters or a text that is cut off';
}

function decode(
  text: string,
  alphabet: 'base64' | 'base64url' = 'base64',
): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text, { alphabet });
  } catch {
    return undefined;
  }
}
