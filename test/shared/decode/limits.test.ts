/** @file Files that are rejected before they are decoded, and the errors that explain why. */
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_IMAGE_MS } from '#shared/decode/cost.ts';
import type { Decoder } from '#shared/decode/decoder.ts';
import { ImageError } from '#shared/decode/image-error.ts';
import { MAX_EDGE, MAX_PIXELS, MAX_RATIO } from '#shared/decode/limits.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { find, patched } from '../../fixtures/hostile/bytes.ts';
import { concat, greyPng, png, text } from '../../fixtures/images.ts';
import { sample } from '../../fixtures/images-samples.ts';

let decoder: Decoder;
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

  it('that is too narrow names the problem', async () => {
    expect((await decoder.decode(await greyPng(MAX_RATIO, 1, () => 9), copyPixels)).width).toBe(MAX_RATIO);
    expect((await errorOf(await greyPng(1, MAX_RATIO + 1, () => 9))).message).toContain('too narrow');
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
