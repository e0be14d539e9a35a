/** @file Files of each format that take nearly as long to decode as a single image may. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import encodeAvif, { init as initAvif } from '@jsquash/avif/encode.js';
import encodeWebp, { init as initWebp } from '@jsquash/webp/encode.js';
import type { Pixels } from '#shared/decode/pixels.ts';
import { lazy } from '#shared/lazy.ts';
import { codes, gif } from '../fixtures/hostile/gif.ts';
import { chunk, concat, paint, SIGNATURE } from '../fixtures/images.ts';
import { header } from '../fixtures/odd/png-parts.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface ExpensiveFile {
  name: string;
  bytes: Bytes;
}

export const expensiveFiles = lazy(async (): Promise<ExpensiveFile[]> => {
  return [
    { name: 'a PNG of 6 megapixels, 16 bits and small blocks', bytes: pngOfSmallBlocks(3000, 2000) },
    { name: 'a damaged JPEG of 64 megapixels and a million restart markers', bytes: jpegOfRestarts(1000) },
    { name: 'a WebP of 6 megapixels of noise', bytes: await noisyWebp(3000, 2000) },
    { name: 'an AVIF of 2 megapixels of noise', bytes: await avif(noisyPixels(1600, 1200), 40) },
    { name: 'an AVIF of 2 megapixels in few bytes', bytes: await avif(scene(1600, 1200), 50) },
    { name: 'a GIF of 6 megapixels of single codes', bytes: gifOfSingleCodes(3000, 2000) },
  ];
});

/** Returns a reproducible number from 0 to 255. */
const noise = (i: number) => (Math.imul(i, 2_654_435_761) >>> 13) & 255;
const noisyPixels = (width: number, height: number) =>
  paint(width, height, (x, y) => [noise(x + width * y), noise(3 * x + y), noise(x + 5 * y)]);

/** RGBA with the slowest filter, deflated with so little memory that each block has few symbols. */
function pngOfSmallBlocks(width: number, height: number): Bytes {
  const PAETH = 4;
  const rows = new Uint8Array(height * (1 + 8 * width));
  for (let i = 0; i < rows.length; i++) rows[i] = noise(i) < 8 ? 1 : 0;
  for (let y = 0; y < height; y++) rows[y * (1 + 8 * width)] = PAETH;
  const data = deflateSync(rows, { level: 1, memLevel: 1 });
  const ihdr = chunk('IHDR', header({ colourType: 6, depth: 16, width, height }));
  return concat(SIGNATURE, ihdr, chunk('IDAT', data), chunk('IEND'));
}

/**
 * Returns a grey JPEG with a restart marker after each block, and one damaged block near its end, so that libjpeg-turbo decodes it after
 * the kernels.
 * @param blocks across and down
 */
function jpegOfRestarts(blocks: number): Bytes {
  const [high, low] = [(8 * blocks) >> 8, (8 * blocks) & 255];
  const segment = (marker: number, ...data: number[]) =>
    Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data);
  /** One code of one bit, for the value 0. */
  const code = [1, ...Array<number>(15).fill(0), 0];
  const head = [
    Uint8Array.of(0xff, 0xd8),
    segment(0xdb, 0, ...Array<number>(64).fill(16)),
    segment(0xc0, 8, high, low, high, low, 1, 1, 0x11, 0),
    segment(0xc4, 0x00, ...code),
    segment(0xc4, 0x10, ...code),
    segment(0xdd, 0, 1),
    segment(0xda, 1, 1, 0, 0, 63, 0),
  ];
  const data = new Uint8Array(3 * blocks * blocks);
  for (let i = 0; i < blocks * blocks; i++) data.set([0x3f, 0xff, 0xd0 + (i % 8)], 3 * i);
  data.fill(0xff, -30, -29);
  data.fill(0, -29, -28);
  data.set([0xff, 0xd9], data.length - 2);
  return concat(...head, data);
}

async function noisyWebp(width: number, height: number): Promise<Bytes> {
  await initWebp({ wasmBinary: wasm('@jsquash/webp/codec/enc/webp_enc_simd.wasm') });
  return new Uint8Array(await encodeWebp(noisyPixels(width, height) as never, { quality: 80, method: 0 }));
}

/** Returns a dark shape on a bright wall, with a little noise. */
const scene = (width: number, height: number) =>
  paint(width, height, (x, y) => {
    const isInside = Math.abs(x - width / 2) < width / 4 && Math.abs(y - height / 2) < height / 3;
    const grain = noise(7919 * x + 104_729 * y) % 23;
    return isInside ? [40 + grain, 50 + grain, 110 + grain] : [200 + grain, 196 + grain, 186 + grain];
  });

async function avif(pixels: Pixels, quality: number): Promise<Bytes> {
  await initAvif({ wasmBinary: wasm('@jsquash/avif/codec/enc/avif_enc.wasm') });
  return new Uint8Array(await encodeAvif(pixels as never, { quality, speed: 10 }));
}

const wasm = (specifier: string) =>
  new Uint8Array(readFileSync(fileURLToPath(import.meta.resolve(specifier)))).buffer;

/** Each code stands for one pixel. The table is cleared before its codes have 10 bits. */
function gifOfSingleCodes(width: number, height: number): Bytes {
  const CLEAR = 256;
  const values = Array.from({ length: width * height }, (_, i) => noise(i));
  const rows = Array.from({ length: values.length / 200 }, (_, i) => [
    CLEAR,
    ...values.slice(200 * i, 200 * (i + 1)),
  ]);
  return gif(width, height, codes(9, rows.flat()), 8);
}
