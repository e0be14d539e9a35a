/** @file The kernel that decodes JPEGs at 1/8 to 4/8 of their size returns the pixels of libjpeg-turbo, or leaves the file to it. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import encodeJpeg from '@jsquash/jpeg/encode.js';
import binaryen from 'binaryen';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoder } from '#shared/decode/decoder.ts';
import { jpegDecoder } from '#shared/decode/jpeg/decoder.ts';
import { decodeReduced } from '#shared/decode/jpeg/reduced/decode.ts';
import { AT_ONCE } from '#shared/decode/pace.ts';
import { copyPixels, type Pixels, type Size } from '#shared/decode/pixels.ts';
import { noiseFrom } from '../../../fixtures/garments.ts';
import { patched } from '../../../fixtures/hostile/bytes.ts';
import { concat, paint, text } from '../../../fixtures/images.ts';
import { sample } from '../../../fixtures/images-samples.ts';
import { type RandomJpeg, randomJpeg } from '../../../fixtures/random-jpegs.ts';
import { type ProgressiveScan, randomProgressiveJpeg } from '../../../fixtures/random-progressive-jpegs.ts';
import { initJpegEncoder } from '../jpeg-encoder.ts';

/** Node's types have no constructors of `WebAssembly`. */
const { compile } = (
  globalThis as unknown as {
    WebAssembly: { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
  }
).WebAssembly;
const read = async (path: string) => compile(await readFile(`shared/decode/${path}`));

const turbo = await read('build/jpeg.wasm');
const reduced = await read('jpeg/reduced/build/reduced.wasm');
/** Returns a kernel that decodes nothing, and says that it has (1) or not (0). */
const emptyKernel = (result: 0 | 1) =>
  compile(
    binaryen
      .parseText(`(module
        (func (export "memoryEnd") (result i32) (i32.const 1024))
        (func (export "begin") (param i32 i32) (result i32) (i32.const ${result}))
        (func (export "decodeBand") (param i32) (result i32) (i32.const ${result}))
        (func (export "finish") (param i32) (result i32) (i32.const ${result}))
        (func (export "decode") (param i32) (result i32) (i32.const ${result})))`)
      .emitBinary(),
  );

const withKernel = jpegDecoder(turbo, reduced);
const libjpeg = jpegDecoder(turbo, await emptyKernel(0));

/** Returns the pixels at the smallest scale with a longest edge of `edge`. */
async function pixelsOf(decoder: Decoder, file: Uint8Array, edge: number): Promise<Pixels> {
  const { width, height, data } = await decoder.decode(file, copyPixels, { edge });
  return { width, height, data };
}

/** Returns the pixels, or the error. */
const outcomeOf = (decoder: Decoder, file: Uint8Array, edge: number): Promise<Pixels | string> =>
  pixelsOf(decoder, file, edge).catch(String);

/** Returns the pixels of the kernel alone. */
async function kernelPixels(
  file: Uint8Array,
  { width, height }: Size,
  eighths: number,
): Promise<Pixels | undefined> {
  const scaled = (edge: number) => Math.ceil((edge * eighths) / 8);
  const size = { width: scaled(width), height: scaled(height) };
  const pixels = await decodeReduced(reduced, file, size, eighths, AT_ONCE);
  return pixels && copyPixels(pixels);
}

/** Returns a longest edge for which that scale is the smallest. */
const edgeAt = ({ width, height }: Size, eighths: number) =>
  Math.ceil((Math.max(width, height) * (eighths - 1)) / 8) + 1;

// Smaller files have the same size at several scales.
const size = { width: fc.integer({ min: 8, max: 130 }), height: fc.integer({ min: 8, max: 130 }) };
const scales = fc.integer({ min: 1, max: 4 });

/** 4:4:4, 4:2:2, 4:4:0, 4:2:0, grey. */
const SAMPLING = [
  [0x11, 0x11, 0x11],
  [0x21, 0x11, 0x11],
  [0x12, 0x11, 0x11],
  [0x22, 0x11, 0x11],
  [0x11],
  [0x22],
];

const randomJpegs: fc.Arbitrary<RandomJpeg> = fc.record({
  ...size,
  sampling: fc.constantFrom(...SAMPLING),
  restartInterval: fc.constantFrom(0, 0, 1, 2, 7, 10),
  maxStep: fc.constantFrom(1, 16, 255),
  density: fc.constantFrom(0, 0.02, 0.3, 1),
  seed: fc.nat(),
});

/** Returns whether chroma is halved along one edge. libjpeg-turbo interpolates it at scales above 1/8. */
const isHalvedOnce = ({ sampling: [luma, ...chroma] }: RandomJpeg) =>
  chroma.length > 0 && (luma === 0x21 || luma === 0x12);

const encoders = fc.constantFrom(randomJpeg, randomProgressiveJpeg);

const TYPICAL: RandomJpeg = {
  ...{ width: 320, height: 200, sampling: [0x22, 0x11, 0x11], restartInterval: 0 },
  ...{ maxStep: 16, density: 0.2, seed: 1 },
};

const DENSE = { restartInterval: 0, maxStep: 1, density: 1 };

/** Files with scans that add a bit to 55 or 56 coefficients of a block before the next code. */
const REFINED: RandomJpeg[] = [
  { ...{ width: 129, height: 97, sampling: [0x22, 0x11, 0x11], seed: 17 }, ...DENSE },
  { ...{ width: 121, height: 121, sampling: [0x22], seed: 2_147_483_621 }, ...DENSE },
  { ...{ width: 65, height: 113, sampling: [0x11, 0x11, 0x11], seed: 747_380_042 }, ...DENSE },
];

/** Number of files of each property. `FUZZ_RUNS=100000` fuzzes for longer. */
const FUZZ_RUNS = Number(process.env.FUZZ_RUNS ?? 200);

/** Returns the offsets of the segments with a marker. */
const offsetsOf = (file: Uint8Array, marker: number): number[] =>
  [...file.keys()].filter((i) => file[i] === 0xff && file[i + 1] === marker);

describe('the kernel', () => {
  it('decodes any coefficients, codes, sizes and restart intervals to the pixels of libjpeg-turbo', async () => {
    await fc.assert(
      fc.asyncProperty(encoders, randomJpegs, scales, async (encode, options, eighths) => {
        const file = encode(options);
        const pixels = await kernelPixels(file, options, eighths);
        if (eighths > 1 && isHalvedOnce(options)) expect(pixels).toBeUndefined();
        else expect(pixels).toEqual(await pixelsOf(libjpeg, file, edgeAt(options, eighths)));
      }),
      { numRuns: FUZZ_RUNS, examples: REFINED.map((example) => [randomProgressiveJpeg, example, 2]) },
    );
  });

  it('decodes the files of an encoder to the pixels of libjpeg-turbo', async () => {
    await initJpegEncoder();
    const pictures = fc.record({
      ...size,
      // Lower ones have quantization tables of 16 bits.
      quality: fc.integer({ min: 75, max: 100 }),
      grain: fc.constantFrom(0, 20, 255),
      subsampling: fc.constantFrom(1, 2),
      isGrey: fc.boolean(),
      progressive: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(pictures, scales, async (picture, eighths) => {
        const { width, height, quality, grain, subsampling, isGrey, progressive, seed } = picture;
        const noise = noiseFrom(seed);
        const grained = (value: number) => value + (grain * (noise() - 128)) / 256;
        const pixels = paint(width, height, (x, y) => [grained(2 * x), grained(2 * y), grained(x ^ y)]);
        const file = new Uint8Array(
          await encodeJpeg(pixels as Parameters<typeof encodeJpeg>[0], {
            ...{ quality, progressive },
            ...{ auto_subsample: false, chroma_subsample: subsampling, color_space: isGrey ? 1 : 3 },
          }),
        );
        expect(await kernelPixels(file, picture, eighths)).toEqual(
          await pixelsOf(libjpeg, file, edgeAt(picture, eighths)),
        );
      }),
      { numRuns: FUZZ_RUNS / 4 },
    );
  });

  const file = randomJpeg(TYPICAL);
  const adobe = (transform: number) =>
    concat(
      file.subarray(0, 2),
      ...[Uint8Array.of(0xff, 0xee, 0, 14), text('Adobe'), Uint8Array.of(0, 100, 0, 0, 0, 0, transform)],
      file.subarray(2),
    );

  it('leaves JPEGs to libjpeg-turbo whose data ends too early', () => {
    return fc.assert(
      fc.asyncProperty(
        randomJpegs,
        scales,
        fc.integer({ min: 1, max: 9 }),
        async (options, eighths, missing) => {
          const file = randomJpeg(options);
          const cut = concat(file.subarray(0, -2 - missing), file.subarray(-2));
          expect(await kernelPixels(cut, options, eighths)).toBeUndefined();
        },
      ),
      { numRuns: FUZZ_RUNS },
    );
  });

  it('leaves progressive JPEGs to libjpeg-turbo that lack bits of coefficients, which it smoothes', async () => {
    const file = randomProgressiveJpeg(TYPICAL);
    expect(await kernelPixels(file, TYPICAL, 1)).toEqual(await pixelsOf(libjpeg, file, 1));
    const lastTable = offsetsOf(file, 0xc4).at(-1);
    expect(
      await kernelPixels(concat(file.subarray(0, lastTable), file.subarray(-2)), TYPICAL, 1),
    ).toBeUndefined();
  });

  it.each([
    [1, [false, false, false, true, true]],
    [2, [false, false, false, false, false]],
    [3, [false, false, false, false, true]],
  ])('at %i/8, skips the scans that no pixel depends on', async (eighths, isSkipped) => {
    const band = (component: number, first: number, last: number): ProgressiveScan => ({
      ...{ components: [component], first, last, high: 0, low: 0 },
    });
    const file = randomProgressiveJpeg({ ...TYPICAL, width: 64, height: 64 }, [
      { ...band(0, 0, 0), components: [0, 1, 2] },
      ...[band(1, 1, 63), band(2, 1, 63), band(0, 1, 12), band(0, 13, 63)],
    ]);
    const tables = offsetsOf(file, 0xc4);
    const decoded: boolean[] = [];
    for (const i of tables.keys()) {
      const data = offsetsOf(file, 0xda)[i] + (i === 0 ? 14 : 10);
      const rest = concat(file.subarray(0, data), file.subarray(tables[i + 1] ?? -2));
      decoded.push((await kernelPixels(rest, { width: 64, height: 64 }, eighths)) !== undefined);
    }
    expect(decoded).toEqual(isSkipped);
  });

  it('decodes YCbCr of Adobe’s programs', async () => {
    expect(await kernelPixels(adobe(1), TYPICAL, 1)).toEqual(await pixelsOf(libjpeg, file, 1));
  });

  it.each<[string, Uint8Array]>([
    ['CMYK', sample('cmyk.jpg')],
    ['RGB', adobe(0)],
    ['4:1:1', randomJpeg({ ...TYPICAL, sampling: [0x41, 0x11, 0x11] })],
    ['preceded by a fill byte', concat(file.subarray(0, 2), Uint8Array.of(0xff), file.subarray(2))],
  ])('leaves a JPEG to libjpeg-turbo that is %s', async (_, file) => {
    expect(await kernelPixels(file, TYPICAL, 1)).toBeUndefined();
  });
});

it('the build of libjpeg-turbo decodes any sampling at each scale as its package', {
  tags: ['slow'],
}, async () => {
  const path = fileURLToPath(import.meta.resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm'));
  const original = jpegDecoder(await compile(await readFile(path)), await emptyKernel(0));
  const factor = fc.integer({ min: 1, max: 4 });
  const component = fc.tuple(factor, factor).map(([across, down]) => 16 * across + down);
  const sampling = fc.oneof(fc.constantFrom(...SAMPLING), fc.tuple(component, component, component));
  const eighths = fc.integer({ min: 1, max: 8 });
  await fc.assert(
    fc.asyncProperty(randomJpegs, sampling, eighths, async (options, sampling, eighths) => {
      const file = randomJpeg({ ...options, sampling });
      const edge = edgeAt(options, eighths);
      expect(await outcomeOf(libjpeg, file, edge)).toEqual(await outcomeOf(original, file, edge));
    }),
    { numRuns: 3 * FUZZ_RUNS },
  );
});

it('the kernel decodes up to half of the size', async () => {
  const nothing = jpegDecoder(turbo, await emptyKernel(1));
  const file = randomJpeg(TYPICAL);
  for (const [edge, isKernel] of [
    [1, true],
    [160, true],
    [161, false],
    [320, false],
  ] as const) {
    const [pixels, expected] = [await pixelsOf(nothing, file, edge), await pixelsOf(libjpeg, file, edge)];
    if (isKernel) expect(pixels).not.toEqual(expected);
    else expect(pixels).toEqual(expected);
  }
});

it('the decoder decodes intact, small and damaged files as libjpeg-turbo alone', async () => {
  const changes = fc.array(
    fc.record({
      kind: fc.constantFrom('flip', 'set', 'insert', 'cut', 'end'),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 0xff, 0xd0, 0xd9)),
    }),
    { maxLength: 4 },
  );
  // Such files have the same size at several scales, of which libjpeg-turbo takes the largest.
  const edge = fc.integer({ min: 1, max: 6 });
  const tiny = fc.option(fc.record({ width: edge, height: edge }));
  await fc.assert(
    fc.asyncProperty(
      encoders,
      randomJpegs,
      tiny,
      scales,
      changes,
      async (encode, options, size, eighths, changes) => {
        const file = changes.reduce<Uint8Array>(
          (bytes, { kind, at, byte }) => {
            const i = Math.floor(at * bytes.length);
            if (bytes.length === 0) return bytes;
            if (kind === 'insert')
              return concat(bytes.subarray(0, i), Uint8Array.of(byte), bytes.subarray(i));
            if (kind === 'cut') return concat(bytes.subarray(0, i), bytes.subarray(i + 1 + (byte & 15)));
            if (kind === 'end') return bytes.subarray(0, i);
            return patched(bytes, i, kind === 'set' ? byte : (bytes[i] ?? 0) ^ (1 << (byte & 7)));
          },
          encode({ ...options, ...size }),
        );
        const edge = edgeAt({ ...options, ...size }, eighths);
        const expected = await outcomeOf(libjpeg, file, edge);
        expect(await outcomeOf(withKernel, file, edge)).toEqual(expected);
      },
    ),
    { numRuns: FUZZ_RUNS },
  );
});
