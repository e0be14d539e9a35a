/** @file The kernels of the PNG decoder: inflation against zlib, filters against their definition. */
import { readFile } from 'node:fs/promises';
import { constants, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exports } from '#shared/decode/png/build/png.ts';

/** The used part of `WebAssembly`, which Node's types do not declare. */
const wasm = (
  globalThis as unknown as {
    WebAssembly: {
      Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
      instantiate: (bytes: Uint8Array, imports: object) => Promise<{ instance: { exports: Exports } }>;
    };
  }
).WebAssembly;
const memory = new wasm.Memory({ initial: 16 });
const file = await readFile('shared/decode/png/build/png.wasm');
const { exports: kernels } = (await wasm.instantiate(file, { env: { memory }, decoder: { pause() {} } }))
  .instance;

/** Addresses of the tables, the data and the result. */
const [TABLES, DATA, OUT] = [4096, 4096 + 2 ** 17, 2 ** 19];
const GUARD = 0xa5;

/** Inflates as many bytes; undefined when the kernel refuses. Fails when it writes elsewhere. */
function inflate(data: Uint8Array, bytes: number): Uint8Array | undefined {
  const all = new Uint8Array(memory.buffer);
  all.set(data, DATA);
  // What lies behind the data must not be read, and what lies around the result not be written.
  all.fill(GUARD, DATA + data.length, OUT + bytes + 300);
  const isValid = kernels.u8_inflate(OUT, bytes, DATA, data.length, TABLES);
  expect(all.subarray(OUT - 300, OUT).every((byte) => byte === GUARD)).toBe(true);
  expect(all.subarray(OUT + bytes, OUT + bytes + 300).every((byte) => byte === GUARD)).toBe(true);
  return isValid ? all.slice(OUT, OUT + bytes) : undefined;
}

/** Returns what zlib inflates before the end of the data or its first error. */
function inflateByZlib(data: Uint8Array): Uint8Array {
  let inflated = new Uint8Array();
  // Ever more of the data, because zlib returns nothing when there is an error.
  for (let length = 0; length <= data.length; length++) {
    try {
      inflated = new Uint8Array(
        inflateRawSync(data.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH }),
      );
    } catch {
      break;
    }
  }
  return inflated;
}

/** Runs of single bytes, of random bytes and of earlier bytes, as in filtered rows. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(fc.nat(255), fc.nat(700)).map(([byte, count]) => new Uint8Array(count).fill(byte)),
      fc.nat(4000).map((count) => Uint8Array.from({ length: count }, (_, i) => (i * i) >> 5)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

const options = fc.record({
  level: fc.nat(9),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
});

describe('u8_inflate', () => {
  it('inflates what zlib has deflated, with any settings and up to any length', () => {
    fc.assert(
      fc.property(bytes, options, fc.double({ min: 0, max: 1, noNaN: true }), (raw, settings, share) => {
        const data = deflateRawSync(raw, settings);
        const length = Math.floor(share * raw.length);
        expect(inflate(data, length)).toEqual(raw.slice(0, length));
        expect(inflate(data, raw.length)).toEqual(raw);
        expect(inflate(data, raw.length + 1)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['with the least memory', { memLevel: 1, level: 9 }],
    [
      'with the least memory and its own codes in each block',
      { memLevel: 1, strategy: constants.Z_HUFFMAN_ONLY },
    ],
  ])('inflates 300 kB of small values that zlib has deflated %s', (_, settings) => {
    const raw = Uint8Array.from({ length: 300_000 }, (_, i) => (Math.imul(i, i) % 97) % 9);
    expect(inflate(deflateRawSync(raw, settings), raw.length)).toEqual(raw);
  });

  it('inflates rows of 29 bytes that zlib has flushed one by one', async () => {
    const rows = Array.from({ length: 800 }, (_, y) =>
      Uint8Array.from({ length: 29 }, (_, x) => (x * y) % 5),
    );
    const deflate = createDeflateRaw({ memLevel: 1 });
    const parts: Uint8Array[] = [];
    deflate.on('data', (part: Uint8Array) => parts.push(part));
    for (const row of rows) {
      deflate.write(row);
      await new Promise<void>((resolve) => deflate.flush(constants.Z_FULL_FLUSH, resolve));
    }
    const raw = new Uint8Array(Buffer.concat(rows));
    expect(inflate(Buffer.concat(parts), raw.length)).toEqual(raw);
  });

  it('returns the same bytes as zlib, or none, for data that is damaged or cut off', {
    tags: ['slow'],
  }, () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 });
    fc.assert(
      fc.property(bytes, options, damage, fc.nat(), (raw, settings, changes, cut) => {
        const data = new Uint8Array(deflateRawSync(raw.subarray(0, 1500), settings));
        for (const [at, byte] of changes) data[at % data.length] = byte;
        const rest = data.subarray(0, data.length - (cut % 20));
        const expected = inflateByZlib(rest);
        expect(inflate(rest, expected.length)).toEqual(expected);
        // zlib holds back up to a few bytes, until it has seen the next symbol.
        expect(inflate(rest, expected.length + 1 + 258)).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});

/** Predicts a byte by a filter type, from the neighbours left, above and above left (W3C, Portable Network Graphics, 9.2 and 9.4). */
const PREDICTORS: ((a: number, b: number, c: number) => number)[] = [
  () => 0,
  (a) => a,
  (_, b) => b,
  (a, b) => Math.floor((a + b) / 2),
  (a, b, c) => {
    const p = a + b - c;
    const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
    if (pa <= pb && pa <= pc) return a;
    return pb <= pc ? b : c;
  },
];

describe('u8_reverse_filter', () => {
  it.each([0, 1, 2, 3, 4])('returns the bytes that filter type %d has filtered', (type) => {
    const row = fc.uint8Array({ minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(
        row,
        row,
        fc.constantFrom(1, 2, 3, 4, 6, 8),
        fc.integer({ min: 1, max: 60 }),
        (raw, above, pixel, length) => {
          const [expected, up] = [raw.subarray(0, length), above.subarray(0, length)];
          const predict = PREDICTORS[type];
          const filtered = expected.map(
            (byte, i) => byte - predict(expected[i - pixel] ?? 0, up[i], i < pixel ? 0 : up[i - pixel]),
          );
          const all = new Uint8Array(memory.buffer);
          all.set(filtered, OUT);
          all.set(up, DATA);
          expect(kernels.u8_reverse_filter(OUT, DATA, length, type, pixel)).toBeTruthy();
          expect(all.slice(OUT, OUT + length)).toEqual(expected);
        },
      ),
    );
  });

  it('refuses other filter types', () => {
    for (const type of [5, 128, 255]) expect(kernels.u8_reverse_filter(OUT, DATA, 4, type, 1)).toBeFalsy();
  });
});
