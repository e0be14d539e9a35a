/** @file A picture of any size and transparency → a small opaque one. */
import type { Pixels } from '../../decode/pixels.ts';
import { growMemory } from '../../kernels/kernels.ts';
import type { Bench, Grid } from './bench.ts';
import type { Size } from './mask.ts';

/** The size of a picture when its longest edge is `edge` or less. Never larger. */
export function smallSize({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Lays the pixels over white and averages their areas to `small`: the bench's colours are red, green, blue in 0..255, its intensity 255
 * less the grey, since the data set's garments are bright where they were dark. Of the pixels a few rows at a time are in the bench.
 */
export function shrink({ kernels, memory, at }: Bench, { width, height, data }: Pixels, small: Grid): void {
  const rowBytes = 4 * width;
  const most = Math.max(1, Math.floor(at.bandBytes / rowBytes));
  // Kernels read and add up four pixels at a time.
  const sums = at.band + most * rowBytes + 64;
  growMemory(memory, sums + 16 * width + 64);
  const band = new Uint8Array(memory.buffer, at.band, most * rowBytes);
  new Uint32Array(memory.buffer, sums, 4 * width).fill(0);
  const bounds = new Uint32Array(memory.buffer, at.bounds, small.width + 1);
  for (let i = 0; i <= small.width; i++) bounds[i] = Math.floor((i * width) / small.width);

  for (let y = 0; y < small.height; y++) {
    const top = Math.floor((y * height) / small.height);
    const bottom = Math.floor(((y + 1) * height) / small.height);
    for (let from = top; from < bottom; from += most) {
      const rows = Math.min(most, bottom - from);
      band.set(data.subarray(from * rowBytes, (from + rows) * rowBytes));
      kernels.u8_over_white(at.band, rows * width);
      kernels.u32_add_rows(sums, at.band, width, rows);
    }
    const to = at.colours + 4 * y * small.row;
    kernels.f32_area_means(to, sums, at.bounds, small.width, bottom - top, at.colourPlane);
  }
  kernels.f32_negative(at.intensity, at.colours, small.count, at.colourPlane);
}
