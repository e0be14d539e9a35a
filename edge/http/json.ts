/**
 * @file Parses JSON bodies.
 *
 * Long strings of base64 are decoded inside the body, before the text is parsed. Otherwise such a body would be in memory four times: as
 * bytes, as text, as strings and as decoded bytes.
 */
import { MAX_JSON_MEMORY, MAX_JSON_VALUES } from './limits.ts';
import { HttpProblem } from './problem.ts';

/** A long string that is not base64. */
export class LongText {
  /** The first characters. */
  readonly start: string;
  /** Characters around the first one that is not base64. */
  readonly wrong: string;

  constructor(start: string, wrong: string) {
    this.start = start;
    this.wrong = wrong;
  }
}

/** Shorter strings, in bytes, stay strings. */
export const LONG_BYTES = 16_384;

/** Bytes of a long string that are decoded at once. */
const PIECE_BYTES = 65_536;

/** The longest escape in a string, such as `\u002b`, in bytes. */
const ESCAPE_BYTES = 6;

export interface JsonOptions {
  /** Most values that the text may have. */
  maxValues?: number;
  /** Called before the text is parsed, with the number of its bytes without long strings. May throw. */
  hold?(bytes: number): void;
}

/**
 * Parses a JSON text in UTF-8. A string of LONG_BYTES or more becomes the bytes that it encodes in base64, or a LongText.
 * @param body is changed: it contains the decoded bytes afterwards
 * @throws HttpProblem `invalid-body`, `body-too-large`, and the errors of `hold`
 */
export function parseJson(
  body: Uint8Array<ArrayBuffer>,
  { maxValues = MAX_JSON_VALUES, hold }: JsonOptions = {},
): unknown {
  const { strings, rest } = scan(body, maxValues);
  hold?.(rest);
  try {
    const values: (Uint8Array | LongText)[] = [];
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
    let [text, at] = ['', 0];
    for (const [start, end] of strings) {
      text += `${decoder.decode(body.subarray(at, start), { stream: true })}\\u0000${values.length}`;
      values.push(decodeInside(body, start, end));
      at = end;
    }
    text += decoder.decode(body.subarray(at));
    if (values.length === 0) return JSON.parse(text);
    return JSON.parse(text, (_, value) =>
      typeof value === 'string' && value[0] === '\0' ? (values[Number(value.slice(1))] ?? value) : value,
    );
  } catch (cause) {
    throw new HttpProblem('invalid-body', 'The body is not valid JSON in UTF-8.', { cause });
  }
}

/** Bytes of memory that V8 takes while it parses a number, and an array or object, whose members may be unlike those of all others. */
const [NUMBER_MEMORY, OBJECT_MEMORY] = [24, 300];

/** The first byte of a character that takes two bytes in V8, and with it all others of its text. */
const FIRST_WIDE = 0xc4;

/**
 * Returns the places of the long strings, without their quotes, and the number of the other bytes. Counts the values by commas, colons and
 * opening brackets, and from them the memory that parsing takes.
 * @param limit of the values. Arrays, objects and members cost more than numbers: their limit is always MAX_JSON_VALUES, also that of all
 * values beside long strings, for which JSON.parse keeps the text of every value
 * @throws HttpProblem `body-too-large`
 */
function scan(bytes: Uint8Array, limit: number): { strings: [start: number, end: number][]; rest: number } {
  const strings: [number, number][] = [];
  let [nested, members, values, rest, text, width] = [0, 0, 0, bytes.length, 0, 1];
  // An iterator would allocate an object for each byte.
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      const start = i + 1;
      let last = 0;
      i = start;
      while (i < bytes.length && bytes[i] !== QUOTE) {
        last = Math.max(last, bytes[i] as number);
        i += bytes[i] === BACKSLASH ? 2 : 1;
      }
      const end = Math.min(i, bytes.length);
      if (i - start >= LONG_BYTES) {
        strings.push([start, end]);
        rest -= end - start;
      } else {
        text += end - start;
        if (last >= FIRST_WIDE) width = 2;
      }
    } else if (byte === BRACKET || byte === BRACE) nested += 1;
    else if (byte === COLON) members += 1;
    else if (byte === COMMA) values += 1;
  }
  values += nested;
  const costly = Math.max(nested, members);
  if (costly > MAX_JSON_VALUES) throw tooLarge('has', MAX_JSON_VALUES, 'arrays, objects or members', costly);
  const most = strings.length > 0 ? MAX_JSON_VALUES : limit;
  if (values > most) throw tooLarge('has', most, 'values', values);
  // The text, and its strings again: an escape can make a string wide in any text.
  const memory = width * rest + 2 * text + NUMBER_MEMORY * values + OBJECT_MEMORY * costly;
  if (memory > MAX_JSON_MEMORY) throw tooLarge('takes', MAX_JSON_MEMORY, 'bytes of memory', memory);
  return { strings, rest };
}

const [QUOTE, COMMA, COLON, BRACKET, BACKSLASH, BRACE] = [0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x7b];

function tooLarge(verb: string, limit: number, what: string, actual: number): HttpProblem {
  const detail = `The JSON ${verb} more than ${limit} ${what}. Send fewer images, or a tensor as bytes after the JSON.`;
  return new HttpProblem('body-too-large', detail, { members: { limit, actual } });
}

/**
 * Decodes a string of base64 where it is: three bytes never reach the end of their four characters.
 * @returns the bytes, a part of `body`
 * @throws SyntaxError when it is not a string of JSON
 */
function decodeInside(body: Uint8Array<ArrayBuffer>, start: number, end: number): Uint8Array | LongText {
  const decoder = new TextDecoder();
  let [at, to, text, first, isComplete] = [start, start, '', '', false];
  while (at < end) {
    const next = pieceEnd(body, at, end);
    text += JSON.parse(`"${decoder.decode(body.subarray(at, next))}"`);
    at = next;
    first ||= text.slice(0, 16);
    try {
      // Base64 ends with its padding.
      if (isComplete && text.trim()) return new LongText(first, text);
      const lastChunkHandling = at < end ? 'stop-before-partial' : 'loose';
      const { read, written } = body.subarray(to, at).setFromBase64(text, { lastChunkHandling });
      isComplete ||= text.lastIndexOf('=', read - 1) >= 0;
      text = text.slice(read);
      to += written;
    } catch {
      return new LongText(first, text);
    }
  }
  return body.subarray(start, to);
}

/** Returns the end of a piece of a string that ends with no part of an escape. */
function pieceEnd(body: Uint8Array, at: number, end: number): number {
  if (end - at <= PIECE_BYTES) return end;
  const next = at + PIECE_BYTES;
  const found = body.subarray(next - ESCAPE_BYTES, next).indexOf(BACKSLASH);
  return found < 0 ? next : next - ESCAPE_BYTES + found;
}
