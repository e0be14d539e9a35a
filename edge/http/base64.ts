/** @file A schema for base64 strings in JSON. */
import * as v from 'valibot';
import { LongText } from './json.ts';

const isLong = (value: unknown): value is Uint8Array<ArrayBuffer> | LongText =>
  value instanceof Uint8Array || value instanceof LongText;

const text = v.string();

/** A string, also a long one as `parseJson` returns it. For the OpenAPI document, both are strings. */
export const Text = {
  ...text,
  '~run': (dataset, config) =>
    isLong(dataset.value) ? { typed: true, value: dataset.value } : text['~run'](dataset, config),
} as v.GenericSchema<string, string | Uint8Array<ArrayBuffer> | LongText>;

/** Decodes a base64 string (RFC 4648, section 4) without a `data:` prefix. */
export const Base64 = v.pipe(
  Text,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { value } = dataset;
    const bytes = typeof value === 'string' ? decode(value) : value;
    if (bytes instanceof Uint8Array) return bytes;
    addIssue({
      message: `expected base64${describe(bytes ?? new LongText(value as string, value as string))}`,
    });
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
function describe({ start, wrong }: LongText): string {
  const known = OTHER_TEXTS.find(([beginning]) => beginning.test(start));
  if (known) return known[1];
  return /^[\w=\s-]*[_-][\w=\s-]*$/.test(wrong)
    ? ', got base64url. Write + in place of - and / in place of _'
    : ', got other characters or a text that is cut off';
}

function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
