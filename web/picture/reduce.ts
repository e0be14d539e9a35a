/** @file A picture in fewer pixels, each the mean of those that it covers. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { PIXEL_SCALE } from '#shared/labels.ts';
import type { Plane } from '../canvas/plane.ts';

/** Red, green, blue behind one another, as a network takes a picture in colour. */
export interface Colours {
  height: number;
  width: number;
  /** [3, height, width] in 0..1. */
  data: Float32Array<ArrayBuffer>;
}

/** Until the longest edge is `edge` or less; what is transparent lies over white. */
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

/** Grey as Rec. 601 weighs colours, the `L` of common image libraries. */
export function greyOf({ width, height, data }: Colours): Plane {
  const size = width * height;
  const grey = Float32Array.from(
    { length: size },
    (_, i) => 0.299 * data[i] + 0.587 * data[size + i] + 0.114 * data[2 * size + i],
  );
  return { width, height, data: grey };
}
