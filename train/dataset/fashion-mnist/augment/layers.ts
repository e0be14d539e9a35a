/** @file A garment cut out: how bright it is, and where it is. */

import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';

/** Two square planes of the same size, row by row. */
export interface Layers {
  readonly size: number;
  /** Brightness times cover, 0..1. */
  readonly light: Float32Array;
  /** How much of each pixel the garment covers, 0..1. */
  readonly cover: Float32Array;
}

export const layersOf = (size: number): Layers => ({
  size,
  light: new Float32Array(size * size),
  cover: new Float32Array(size * size),
});

/** A pixel of the data set from here on is garment; the resampling that made it left smaller ones around. */
const LEAST = 8;

/**
 * Cuts an image of the data set out. A dark pixel belongs to the garment when the garment goes on in all four directions from it:
 * white cloth is black there.
 */
export function cutOut(image: Uint8Array, { light, cover }: Layers): void {
  const inside = (i: number) => image[i] >= LEAST;
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    light[i] = image[i] / PIXEL_SCALE;
    cover[i] = 0;
  }
  for (let y = 0; y < IMAGE_SIZE; y++) {
    const row = y * IMAGE_SIZE;
    let [first, last] = [0, IMAGE_SIZE - 1];
    while (first < IMAGE_SIZE && !inside(row + first)) first++;
    while (last > first && !inside(row + last)) last--;
    for (let x = first; x <= last; x++) cover[row + x] = 0.5;
  }
  for (let x = 0; x < IMAGE_SIZE; x++) {
    let [first, last] = [0, IMAGE_SIZE - 1];
    while (first < IMAGE_SIZE && !inside(first * IMAGE_SIZE + x)) first++;
    while (last > first && !inside(last * IMAGE_SIZE + x)) last--;
    for (let y = first; y <= last; y++) cover[y * IMAGE_SIZE + x] += 0.5;
  }
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    cover[i] = cover[i] === 1 ? 1 : 0;
    light[i] *= cover[i];
  }
}

export interface Bounds {
  left: number;
  top: number;
  /** Behind the last column and row. */
  right: number;
  bottom: number;
}

/** The smallest box around what is covered by half or more; empty when nothing is. */
export function boundsOf({ size, cover }: Layers): Bounds {
  const bounds = { left: size, top: size, right: 0, bottom: 0 };
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      if (cover[i] < 0.5) continue;
      if (x < bounds.left) bounds.left = x;
      if (x >= bounds.right) bounds.right = x + 1;
      if (y < bounds.top) bounds.top = y;
      bounds.bottom = y + 1;
    }
  }
  return bounds;
}
