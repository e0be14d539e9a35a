/**
 * @file Size limits of images, the same on every platform.
 *
 * A Worker isolate has 128 MB for everything: the runtime (20 MB), the request body (10 MB), and the decoder with a copy of the
 * file. Decoding is synchronous, so an isolate decodes one image at a time, regardless of the number of requests.
 */
import type { ImageFormat } from './format.ts';
import { ImageError } from './image-error.ts';
import type { Size } from './pixels.ts';

/**
 * Maximum number of pixels of an image. Besides the file, the decoder needs memory for each pixel, measured with 2 to 12
 * megapixels:
 *
 * - PNG: 4 bytes or those of its own samples, up to 8 bytes; 8 if it is interlaced
 * - WebP: 5 to 9 bytes (lossy), or 8 and twice the bytes of the file (lossless)
 * - GIF: 5 bytes
 * - AVIF: 21 to 28 bytes; a lossless image needs more
 * - JPEG: 0.3 to 2 bytes, because a large image is decoded at a reduced scale. A progressive image needs more if libjpeg-turbo
 *   decodes it, and jpeg/header.ts limits it.
 */
export const MAX_PIXELS: Record<ImageFormat, number> = {
  jpeg: 64_000_000,
  png: 6_000_000,
  webp: 6_000_000,
  gif: 6_000_000,
  avif: 2_000_000,
};

/** Longest edge, in pixels. */
export const MAX_EDGE = 16_384;

/** Highest ratio of the long edge to the short one. Beyond it the short edge is less than one of the network's 28 pixels. */
export const MAX_RATIO = 28;

export const isTooNarrow = ({ width, height }: Size): boolean =>
  Math.max(width, height) > MAX_RATIO * Math.min(width, height);

/**
 * Checks an image's size before it is decoded.
 * @param format name of the format for the error
 * @throws ImageError when the image is too large or too narrow
 */
export function checkSize({ width, height }: Size, maxPixels: number, format: string): void {
  const size = `${width} × ${height} pixels`;
  const long = Math.max(width, height);
  const what = 'the image is too large';
  const next = 'Scale the image down. The network sees a far smaller one.';
  if (long > MAX_EDGE) {
    const expected = `at most ${MAX_EDGE} pixels along an edge`;
    const edge = { limit: MAX_EDGE, actual: long };
    throw new ImageError('too-large', { what, expected, got: size, next }, edge);
  }
  if (width * height > maxPixels) {
    const expected = `at most ${maxPixels} pixels for ${format}`;
    const area = { limit: maxPixels, actual: width * height };
    throw new ImageError('too-large', { what, expected, got: size, next }, area);
  }
  if (isTooNarrow({ width, height })) {
    throw new ImageError('unsupported', {
      what: 'the image is too narrow',
      expected: `a long edge of at most ${MAX_RATIO} times the short one`,
      got: size,
      next: 'Crop the image.',
    });
  }
}
