/** @file A garment cut out of its background: premultiplied grey values with an alpha channel. */
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';

/** Two square planes, row by row. */
export interface Cutout {
  /** Edge of the planes, in pixels. */
  readonly size: number;
  /** Brightness multiplied by alpha, 0..1. */
  readonly grey: Float32Array;
  /** Share of each pixel that the garment covers, 0..1. */
  readonly alpha: Float32Array;
}

export const emptyCutout = (size: number): Cutout => ({
  size,
  grey: new Float32Array(size * size),
  alpha: new Float32Array(size * size),
});

/** Smallest value of a garment's pixel. Resampling left smaller values around the garments when the data set was made. */
const LEAST = 8;

/**
 * Cuts the garment out of an image of the data set. A dark pixel belongs to the garment if garment pixels lie in all four directions
 * from it: white cloth is black in the data set.
 */
export function cutOut(image: Uint8Array, { grey, alpha }: Cutout): void {
  const inside = (i: number) => image[i] >= LEAST;
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    grey[i] = image[i] / PIXEL_SCALE;
    alpha[i] = 0;
  }
  for (let y = 0; y < IMAGE_SIZE; y++) {
    const row = y * IMAGE_SIZE;
    let [first, last] = [0, IMAGE_SIZE - 1];
    while (first < IMAGE_SIZE && !inside(row + first)) first++;
    while (last > first && !inside(row + last)) last--;
    for (let x = first; x <= last; x++) alpha[row + x] = 0.5;
  }
  for (let x = 0; x < IMAGE_SIZE; x++) {
    let [first, last] = [0, IMAGE_SIZE - 1];
    while (first < IMAGE_SIZE && !inside(first * IMAGE_SIZE + x)) first++;
    while (last > first && !inside(last * IMAGE_SIZE + x)) last--;
    for (let y = first; y <= last; y++) alpha[y * IMAGE_SIZE + x] += 0.5;
  }
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    alpha[i] = alpha[i] === 1 ? 1 : 0;
    grey[i] *= alpha[i];
  }
}

/** A box of pixels; `right` and `bottom` are exclusive. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Returns the smallest box around the pixels with an alpha of at least 0.5. Without any, `right` is 0 and `left` is the size. */
export function boundsOf({ size, alpha }: Cutout): Bounds {
  const bounds = { left: size, top: size, right: 0, bottom: 0 };
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      if (alpha[i] < 0.5) continue;
      if (x < bounds.left) bounds.left = x;
      if (x >= bounds.right) bounds.right = x + 1;
      if (y < bounds.top) bounds.top = y;
      bounds.bottom = y + 1;
    }
  }
  return bounds;
}
