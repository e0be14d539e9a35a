/** @file Files that are rejected before they are decoded, and the errors that explain why. */
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readAvifHeader } from '#shared/decode/avif/header.ts';
import { MAX_IMAGE_MS } from '#shared/decode/cost.ts';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { MAX_EDGE, MAX_PIXELS, MAX_RATIO } from '#shared/decode/limits.ts';
import { MAX_DECODER_BYTES } from '#shared/decode/memory.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { withFrames, withSharedExtent } from '../../fixtures/hostile/avif.ts';
import { find, patched, repeat } from '../../fixtures/hostile/bytes.ts';
import { concat, greyPng, png, text } from '../../fixtures/images.ts';
import { hostileFiles } from '../../fixtures/images-hostile.ts';
import { sample } from '../../fixtures/images-samples.ts';

let decoder: EstimatingDecoder;
beforeAll(async () => {
  decoder = await openDecoder();
});

async function errorOf(bytes: Uint8Array): Promise<ImageError> {
  const error = await decoder.decode(bytes, copyPixels).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(ImageError);
  return error as ImageError;
}

describe('the error for an image', () => {
  /** A PNG with a size in its header that its data does not have. */
  const claim = (width: number, height: number) => png(1, 1, [0], { channels: 1, claim: { width, height } });

  it('with too many pixels gives the limit and the actual number', async () => {
    expect(await errorOf(await claim(3000, 2001))).toMatchObject({
      fault: 'too-large',
      limit: MAX_PIXELS.png,
      actual: 6_003_000,
      message:
        'the image is too large: expected at most 6000000 pixels for PNG, got 3000 × 2001 pixels. ' +
        'Scale the image down. The network sees a far smaller one.',
    });
  });

  it('with too long an edge gives the limit and the actual length', async () => {
    expect(await errorOf(await claim(1, MAX_EDGE + 1))).toMatchObject({
      limit: MAX_EDGE,
      actual: MAX_EDGE + 1,
    });
  });

  it('that would take too long gives the limit and the estimate, in milliseconds', async () => {
    const avif = sample('lossy.avif');
    const large = patched(
      avif,
      find(avif, text('ispe')) + 8,
      0,
      0,
      1600 >> 8,
      1600 & 255,
      0,
      0,
      1250 >> 8,
      1250 & 255,
    );
    const { fault, limit, actual } = await errorOf(concat(large, new Uint8Array(1_000_000)));
    expect([fault, limit]).toEqual(['too-large', MAX_IMAGE_MS]);
    expect(actual).toBeGreaterThan(MAX_IMAGE_MS);
  });

  it('that needs more memory than the decoders have gives the memory', async () => {
    const file = sample('progressive.jpg');
    const frame = find(file, Uint8Array.of(0xff, 0xc2));
    // 12 megapixels, whose colours are not reduced: libjpeg-turbo keeps 6 bytes of coefficients for each.
    const size = [3500 >> 8, 3500 & 255];
    const large = patched(patched(file, frame + 5, ...size, ...size), frame + 11, 0x11);
    const { fault, message } = await errorOf(large);
    expect(fault).toBe('too-large');
    expect(message).toContain(`needs too much memory: expected at most ${MAX_DECODER_BYTES} bytes`);
  });

  it('that is too narrow names the problem', async () => {
    expect((await decoder.decode(await greyPng(MAX_RATIO, 1, () => 9), copyPixels)).width).toBe(MAX_RATIO);
    expect((await errorOf(await greyPng(1, MAX_RATIO + 1, () => 9))).message).toContain('too narrow');
  });
});

describe('a file of many records', async () => {
  const files = await hostileFiles();
  const bytesOf = (name: string) => files.find((file) => file.name === name)?.bytes as Uint8Array;

  it.each([
    'a PNG of 100,000 chunks',
    'a PNG of 400,000 empty pieces and no others',
    'a JPEG of 600,000 scans without components',
    'an AVIF of 1,000 items that share 10,000 units of data',
  ])('is read without an object for each: %s', async (name) => {
    const bytes = bytesOf(name);
    const views = vi.spyOn(Uint8Array.prototype, 'subarray');
    try {
      await decoder.cost(bytes);
      expect(views.mock.calls.length).toBeLessThan(5000);
    } finally {
      views.mockRestore();
    }
  });

  it.each([
    ['an AVIF of 100,000 locations without data', 'too many items'],
    ['a JPEG of 600,000 scans without components', 'expected at most 32 scans, got more'],
    ['an AVIF of 1,000 items that share 10,000 units of data', 'expected at most 20000 units of data'],
    ['a WebP of 65,536 groups of Huffman codes', 'expected at most 16384 Huffman codes'],
  ])('is refused at its limit: %s', async (name, reason) => {
    expect((await errorOf(bytesOf(name))).message).toContain(reason);
  });
});

it('an AVIF is turned once, however often it says so', () => {
  expect(readAvifHeader(withSharedExtent(1, 1, 200)).orientations).toEqual([8]);
});

it('a JPEG is read past millions of fill bytes in little time', async () => {
  const file = sample('baseline.jpg');
  const filled = concat(file.subarray(0, 2), new Uint8Array(9_000_000).fill(0xff), file.subarray(2));
  const times: number[] = [];
  for (let i = 0; i < 3; i++) {
    const start = process.threadCpuUsage().user;
    expect(await decoder.cost(filled)).toBeGreaterThan(0);
    times.push((process.threadCpuUsage().user - start) / 1000);
  }
  // A search for each of them took 200 ms.
  expect(Math.min(...times)).toBeLessThan(100);
});

describe('the estimate of a file’s CPU time', () => {
  /** Milliseconds of an AVIF without those for each file and each byte. */
  const pixelCost = async (bytes: Uint8Array) => (await decoder.cost(bytes)) - 10 - bytes.length / 1000;

  it('counts the pixels that an AVIF contains, not those that its container says', async () => {
    const avif = sample('lossless.avif');
    const claim = patched(avif, find(avif, text('ispe')) + 8, 0, 0, 0, 8, 0, 0, 0, 8);
    expect(await pixelCost(claim)).toBeCloseTo(await pixelCost(avif), 9);
    expect(await pixelCost(avif)).toBeCloseTo((150 * 24 * 16) / 1e6, 9);
  });

  it('counts each frame of an AVIF', async () => {
    expect(await pixelCost(withFrames(2))).toBeCloseTo(3 * (await pixelCost(withFrames(0))), 9);
  });

  it('is above the 26 ns that a pixel of a flat lossless WebP takes', async () => {
    const large = patched(sample('lossless.webp'), 21, 0xcf, 0xc7, 0xf3, 1);
    expect(await decoder.cost(large)).toBeGreaterThan((26 * 2000 * 2000) / 1e6);
  });

  it('counts the restart markers of a JPEG', async () => {
    const jpeg = sample('baseline.jpg');
    const withData = (pair: Uint8Array) =>
      decoder.cost(concat(jpeg.subarray(0, -2), repeat(pair, 100_000), jpeg.subarray(-2)));
    const [restarts, others] = [
      await withData(Uint8Array.of(255, 0xd0)),
      await withData(Uint8Array.of(255, 0)),
    ];
    expect(restarts - others).toBeCloseTo(50, 9);
  });
});

describe('the error for a file in another format', () => {
  it.each([
    ['', 'no bytes'],
    ['hello, world', '12 bytes of an unknown format'],
    [
      '\0\0\0\x18ftypheic\0\0\0\0mif1heic',
      'HEIC. Convert it to JPEG. iPhones have a camera format “Most Compatible”.',
    ],
    ['\0\0\0\x14ftypisom\0\0\0\0isom', 'a video'],
    ['II*\0', 'TIFF or a raw photo'],
    ['<?xml version="1.0"?>\n<svg/>', 'SVG'],
    ['<!doctype html>', 'HTML'],
    ['%PDF-1.4', 'PDF'],
    ['data:image/png;base64,iVBORw0KGgo=', 'Base64 text. Send the decoded bytes.'],
  ])('%j contains "%s"', async (bytes, name) => {
    const { fault, message } = await errorOf(text(bytes));
    expect(fault).toBe('unsupported');
    expect(message).toContain('expected the bytes of a JPEG, PNG, WebP, AVIF or GIF file');
    expect(message).toContain(name);
  });
});
