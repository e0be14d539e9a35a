/** @file JSON bodies: long strings of base64 are decoded in place, with the same result as by `JSON.parse` and `Uint8Array.fromBase64`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONG_BYTES, LongText, parseJson } from '../../../edge/http/json.ts';
import {
  MAX_BODY_BYTES,
  MAX_JSON_MEMORY,
  MAX_JSON_VALUES,
  MAX_TENSOR_VALUES,
} from '../../../edge/http/limits.ts';
import { utf8 } from '../support/tiny.ts';

declare global {
  // The types of the Workers runtime lack them.
  interface Uint8Array {
    toBase64(): string;
  }
  interface Uint8ArrayConstructor {
    fromBase64(text: string): Uint8Array<ArrayBuffer>;
  }
}

/** Parses a text, and replaces the long strings by what they encode. */
function expected(text: string): unknown {
  return JSON.parse(text, (_, value) => {
    if (typeof value !== 'string' || JSON.stringify(value).length - 2 < LONG_BYTES) return value;
    try {
      return Uint8Array.fromBase64(value);
    } catch {
      return expect.any(LongText);
    }
  });
}

/** Writes a string as encoders do: some escape the slash, the plus sign, or break lines. */
const WRITERS: ((base64: string) => string)[] = [
  (base64) => base64,
  (base64) => base64.replaceAll('/', '\\/'),
  (base64) => base64.replaceAll('+', '\\u002B').replaceAll('/', '\\u002f'),
  (base64) => base64.replaceAll(/.{76}/g, '$&\\r\\n'),
  (base64) => base64.replace(/=+$/, ''),
  (base64) => `${base64}\\n \\t`,
];

/** Returns bytes that look random. */
function bytesOf(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe('a long string of base64', () => {
  const content = fc.record({
    length: fc.integer({ min: LONG_BYTES, max: 150_000 }),
    seed: fc.integer(),
    writer: fc.constantFrom(...WRITERS),
  });

  it('becomes the bytes that it encodes, however it is written', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 3 }), (strings) => {
        const written = strings.map(({ length, seed, writer }) => writer(bytesOf(length, seed).toBase64()));
        const text = `{"ü":[1,"short","\\\\"],"images":[${written.map((string) => `"${string}"`)}]}`;
        const parsed = parseJson(utf8(text)) as { images: Uint8Array[] };
        expect(parsed.images.map((image) => image.toBase64())).toEqual(
          strings.map(({ length, seed }) => bytesOf(length, seed).toBase64()),
        );
        expect({ ...parsed, images: [] }).toEqual({ ü: [1, 'short', '\\'], images: [] });
      }),
      { numRuns: 10 },
    );
  });

  it.each([65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536, 65_537, 65_538, 131_072])(
    'of %i characters is read as by Uint8Array.fromBase64, with each padding and escape at its end',
    (length) => {
      for (const end of [
        '',
        '=',
        '==',
        '===',
        'A=',
        '=A',
        '==A',
        '\\/',
        '\\u002b',
        ' ',
        '= =',
        '==\\n',
        '\\u00',
      ]) {
        const text = `{"image":"${'A'.repeat(length)}${end}"}`;
        let wanted: unknown;
        try {
          wanted = expected(text);
        } catch {
          expect(() => parseJson(utf8(text))).toThrow('not valid JSON');
          continue;
        }
        expect(parseJson(utf8(text)), end).toEqual(wanted);
      }
    },
  );

  it('lies in the body, whose other bytes take no memory', () => {
    const body = utf8(JSON.stringify({ image: 'A'.repeat(1e6) }));
    let rest = 0;
    const parsed = parseJson(body, { hold: (bytes) => (rest = bytes) }) as { image: Uint8Array };
    expect(parsed.image.buffer).toBe(body.buffer);
    expect(parsed.image.length).toBe(750_000);
    expect(rest).toBe('{"image":""}'.length);
  });
});

describe('a long string that is not base64', () => {
  it.each([
    ['other characters', '.'.repeat(100_000)],
    ['a wrong character at the end', `${'A'.repeat(100_000)}!`],
    ['padding in between', `${'A'.repeat(65_534)}==${'A'.repeat(50_000)}`],
    ['characters beyond ASCII', 'ä'.repeat(50_000)],
    ['one character too many', 'A'.repeat(100_001)],
  ])('becomes a LongText: %s', (_name, string) => {
    expect(parseJson(utf8(JSON.stringify([string])))).toEqual([expect.any(LongText)]);
  });

  it.each([
    ['a line break', `["${'A'.repeat(70_000)}\n"]`],
    ['an unknown escape', `["${'A'.repeat(70_000)}\\x"]`],
    ['no end', `["${'A'.repeat(70_000)}`],
    ['an escaped quote at its end', `["${'A'.repeat(70_000)}\\"`],
  ])('is no JSON with %s', (_name, text) => {
    expect(() => parseJson(utf8(text))).toThrow('not valid JSON');
  });

  it('may be a name', () => {
    expect(Object.keys(parseJson(utf8(`{"${'A'.repeat(70_000)}":1}`)) as object)).toEqual(['\x000']);
  });
});

it('any text without long strings is parsed as by JSON.parse', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(parseJson(utf8(text))).toEqual(JSON.parse(text));
    }),
  );
});

it('values inside strings do not count', () => {
  const text = JSON.stringify({ image: ',[{:'.repeat(MAX_JSON_VALUES / 100) });
  expect(parseJson(utf8(text), { maxValues: 3 })).toEqual({ image: expect.any(String) });
  expect(() => parseJson(utf8('[1,2,3,4]'), { maxValues: 3 })).toThrow('more than 3 values');
});

describe('the memory that parsing takes', () => {
  const refusal = (text: string) => {
    try {
      parseJson(utf8(text), { maxValues: MAX_TENSOR_VALUES });
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const numbers = (n: number, number: string) => `${number},`.repeat(n).slice(0, -1);

  it.each([
    ['strings of wide characters', `[${numbers(600, `"Ā${'a'.repeat(16_000)}"`)}]`],
    [
      'objects beside wide strings',
      `[${numbers(400, `"Ā${'a'.repeat(16_000)}"`)}${',{"a":1}'.repeat(60_000)}]`,
    ],
    ['a long text that one character makes wide', `["Ā",${numbers(1_000_000, '0.1234')}]`],
    ['short strings', `[${numbers(1_000, `"${'a'.repeat(10_000)}"`)},${'{"a":1},'.repeat(40_000)}0]`],
  ])('is limited for %s', (_name, text) => {
    expect(text.length).toBeLessThan(MAX_BODY_BYTES);
    expect(refusal(text)).toMatchObject({ type: 'body-too-large', members: { limit: MAX_JSON_MEMORY } });
  });

  it('allows few values beside a long string, for which JSON.parse keeps the text of each', () => {
    const text = `["${'A'.repeat(LONG_BYTES)}",${numbers(MAX_JSON_VALUES, '1')}]`;
    expect(refusal(text)).toMatchObject({ type: 'body-too-large', members: { limit: MAX_JSON_VALUES } });
  });

  it.each([
    ['32 images of 3×64×64 as Python writes them', numbers(32 * 3 * 64 * 64, '0.9372549057006836 ')],
    ['6 images of 3×224×224', numbers(6 * 3 * 224 * 224, '0.12345678')],
    ['as many numbers as a tensor may have', numbers(MAX_TENSOR_VALUES - 10, '0.123456')],
  ])('suffices for a tensor of %s', (_name, data) => {
    expect(refusal(`{"inputs":[{"data":[${data}]}]}`)).toBeUndefined();
  });
});
