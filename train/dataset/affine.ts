/** @file Affine maps of the plane, and images that they warp. */
import type { Shape } from '#shared/model/spec.ts';

/** Maps a pixel of the new image to a place in the old one: x' = xx · x + xy · y + x0, y' = yx · x + yy · y + y0. */
export interface Affine {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

/** The pixels of an image, [channels, height, width]. */
export interface Image {
  pixels: Uint8Array;
  shape: Shape;
}

/**
 * Warps an image into another one with as many channels. Interpolates bilinearly. Beyond its border, the image goes on with the pixels of
 * its border.
 */
export function warp(
  { pixels: from, shape }: Image,
  { pixels: to, shape: [, rows, columns] }: Image,
  { xx, xy, x0, yx, yy, y0 }: Affine,
): void {
  const [channels, height, width] = shape as [number, number, number];
  const plane = height * width;
  const [lastX, lastY] = [width - 1, height - 1];
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      const px = Math.min(lastX, Math.max(0, xx * x + xy * y + x0));
      const py = Math.min(lastY, Math.max(0, yx * x + yy * y + y0));
      const [left, top] = [Math.floor(px), Math.floor(py)];
      const [right, below] = [px - left, py - top];
      const at = top * width + left;
      const next = left < lastX ? 1 : 0;
      const under = top < lastY ? width : 0;
      for (let channel = 0; channel < channels; channel++) {
        const a = at + channel * plane;
        const upper = from[a] + right * (from[a + next] - from[a]);
        const lower = from[a + under] + right * (from[a + under + next] - from[a + under]);
        to[i + channel * rows * columns] = upper + below * (lower - upper) + 0.5;
      }
    }
  }
}
