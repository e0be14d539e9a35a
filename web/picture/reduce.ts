/** @file Downscaling by area: each pixel is the mean of the pixels that it covers. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { Plane } from '../canvas/plane.ts';

/** A colour image as a tensor: the red, green and blue channel one after the other. */
export interface Colours {
  height: number;
  width: number;
  /** [3, height, width] in 0..1. */
  data: Float32Array<ArrayBuffer>;
}

/** Scales an image down so that its longest edge is at most `edge` pixels. Transparent pixels are drawn over white. */
export function reduce({ width, height, data }: Pixels, edge: number): Colours {
  const scale = Math.min(1, edge / Math.max(width, height));
  const small = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const size = small.width * small.height;
  const sums = new Float32Array(3 * size);
  const counts = new Uint32Array(size);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * small.height) / height) * small.width;
    for (let x = 0; x < width; x++) {
      const to = row + Math.floor((x * small.width) / width);
      const from = 4 * (y * width + x);
      const white = 255 - data[from + 3];
      for (let c = 0; c < 3; c++) sums[c * size + to] += (data[from + c] * data[from + 3]) / 255 + white;
      counts[to] += 1;
    }
  }
  return { ...small, data: sums.map((sum, i) => sum / counts[i % size] / PIXEL_SCALE) };
}

/** Converts to grey in 0..1 with the weights of Rec. 601, as the mode `L` of common image libraries does. */
export function greyOf({ width, height, data }: Colours): Plane {
  const size = width * height;
  const grey = Float32Array.from(
    { length: size },
    (_, i) => 0.299 * data[i] + 0.587 * data[size + i] + 0.114 * data[2 * size + i],
  );
  return { width, height, data: grey };
}
