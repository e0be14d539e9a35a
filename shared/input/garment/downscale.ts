/** @file The first step: a picture of any size with transparency → a small opaque one. */
import type { Pixels, Size } from '../../decode/pixels.ts';
import { growMemory } from '../../kernels/kernels.ts';
import type { Grid } from './geometry.ts';
import type { Workspace } from './workspace.ts';

/** Returns the size scaled down so that the longest edge is at most `edge`. Never enlarges. */
export function downscaledSize({ width, height }: Size, edge: number): Size {
  const scale = Math.min(1, edge / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Composites the pixels over white and averages areas, so that the picture fits `grid`. Fills the workspace's `colours` (RGB in
 * 0..255) and `intensity` (255 − luma, since garments of the data set are bright where the product was dark).
 *
 * Only a band of a few rows of the pixels is in the workspace's memory at a time.
 */
export function downscale(
  { kernels, memory, addresses }: Workspace,
  { width, height, data }: Pixels,
  grid: Grid,
): void {
  const rowBytes = 4 * width;
  const bandRows = Math.max(1, Math.floor(addresses.bandBytes / rowBytes));
  // The kernels read and sum groups of four pixels: 64 bytes of slack after the pixels and after the sums.
  const sums = addresses.band + bandRows * rowBytes + 64;
  growMemory(memory, sums + 16 * width + 64);
  const band = new Uint8Array(memory.buffer, addresses.band, bandRows * rowBytes);
  new Uint32Array(memory.buffer, sums, 4 * width).fill(0);
  const bounds = new Uint32Array(memory.buffer, addresses.bounds, grid.width + 1);
  for (let i = 0; i <= grid.width; i++) bounds[i] = Math.floor((i * width) / grid.width);

  for (let y = 0; y < grid.height; y++) {
    const top = Math.floor((y * height) / grid.height);
    const bottom = Math.floor(((y + 1) * height) / grid.height);
    for (let from = top; from < bottom; from += bandRows) {
      const rows = Math.min(bandRows, bottom - from);
      band.set(data.subarray(from * rowBytes, (from + rows) * rowBytes));
      kernels.u8_over_white(addresses.band, rows * width);
      kernels.u32_add_rows(sums, addresses.band, width, rows);
    }
    const to = addresses.colours + 4 * y * grid.stride;
    kernels.f32_area_means(to, sums, addresses.bounds, grid.width, bottom - top, addresses.colourStride);
  }
  kernels.f32_inverted_luma(addresses.intensity, addresses.colours, grid.count, addresses.colourStride);
}
