/** @file Fingerprints of images. They are close when one image is a copy of the other that was resized, compressed again or brightened. */
import type { Shape } from '#shared/model/spec.ts';

/** Edge of the grey image in a fingerprint, in pixels. */
const EDGE = 16;

/** Edge of the grey image with which two images are aligned, in pixels. */
export const FINE_EDGE = 32;

export interface Fingerprint {
  /** Grey levels, [32, 32], in 0..255. */
  fine: Float32Array;
  /** Grey levels, [16, 16], with mean 0 and norm 1: their product with another image's is the correlation. */
  levels: Float32Array;
  /** Difference hash, as two 32-bit words: whether each of 8 × 8 cells is brighter than its right neighbour. */
  hash: readonly [number, number];
  mirroredHash: readonly [number, number];
}

/** @param image [channels, height, width] in 0..255 */
export function fingerprint(image: Uint8Array, shape: Shape): Fingerprint {
  const grey = areaMeans(image, shape, EDGE, EDGE);
  const cells = areaMeans(image, shape, 9, 8);
  const mirrored = cells.map((_, i) => cells[i - (i % 9) + 8 - (i % 9)]);
  return {
    fine: areaMeans(image, shape, FINE_EDGE, FINE_EDGE),
    levels: normalized(grey),
    hash: differenceHash(cells),
    mirroredHash: differenceHash(mirrored),
  };
}

/** Returns the number of bits in which two hashes differ. */
export const distance = (a: readonly [number, number], b: readonly [number, number]): number =>
  bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);

/**
 * Returns the correlation of two images, −1..1.
 * @param mirrored mirrors the second one
 */
export function correlation(a: Fingerprint, b: Fingerprint, mirrored: boolean): number {
  let sum = 0;
  for (let i = 0; i < a.levels.length; i++) {
    sum += a.levels[i] * b.levels[mirrored ? i - (i % EDGE) + EDGE - 1 - (i % EDGE) : i];
  }
  return sum;
}

/** Returns the means of the channels over `width` × `height` areas, weighing pixels on a border by their share. */
function areaMeans(image: Uint8Array, shape: Shape, width: number, height: number): Float32Array {
  const [channels, rows, columns] = shape;
  const means = new Float32Array(width * height);
  const [across, down] = [overlaps(columns, width), overlaps(rows, height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (const [row, rowShare] of down[y]) {
        for (const [column, columnShare] of across[x]) {
          for (let c = 0; c < channels; c++) {
            sum += rowShare * columnShare * image[(c * rows + row) * columns + column];
          }
        }
      }
      means[y * width + x] = sum / channels;
    }
  }
  return means;
}

/** Returns for each of `to` equal parts of an edge the pixels in it, with their shares of the part. */
function overlaps(from: number, to: number): [pixel: number, share: number][][] {
  const size = from / to;
  return Array.from({ length: to }, (_, part) => {
    const [start, end] = [part * size, (part + 1) * size];
    const pixels: [number, number][] = [];
    for (let pixel = Math.floor(start); pixel < Math.min(from, Math.ceil(end)); pixel++) {
      pixels.push([pixel, (Math.min(end, pixel + 1) - Math.max(start, pixel)) / size]);
    }
    return pixels;
  });
}

function normalized(values: Float32Array): Float32Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const norm = Math.hypot(...centred);
  return norm > 0 ? centred.map((value) => value / norm) : centred;
}

/** @param cells [8, 9] */
function differenceHash(cells: Float32Array): [number, number] {
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit++) {
    const at = 9 * (bit >> 3) + (bit & 7);
    if (cells[at] > cells[at + 1]) words[bit >> 5] |= 1 << (bit & 31);
  }
  return words;
}

/** Counts the ones of a 32-bit word (Warren, "Hacker's Delight", 5-1). */
function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
