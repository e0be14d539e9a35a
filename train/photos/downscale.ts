/** @file Resizes a decoded photo by area means: for the background features and for pages that show photos. */
import type { Pixels } from '#shared/decode/pixels.ts';

/** An opaque image. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3]: red, green, blue in 0..255. */
  readonly rgb: Uint8Array;
}

/** Scales a photo, on white, to the largest size that fits into `width` × `height`. Repeats pixels to enlarge. */
export function downscale({ data, ...size }: Pixels, width: number, height: number): RgbImage {
  const scale = Math.min(width / size.width, height / size.height);
  const [columns, rows] = [size.width, size.height].map((edge) => Math.max(1, Math.round(edge * scale)));
  const rgb = new Uint8Array(3 * columns * rows);
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = span(y, rows, size.height);
    for (let x = 0; x < columns; x++) {
      const [left, right] = span(x, columns, size.width);
      const sum = [0, 0, 0];
      for (let row = top; row < bottom; row++) {
        for (let at = 4 * (row * size.width + left); at < 4 * (row * size.width + right); at += 4) {
          const alpha = data[at + 3] / 255;
          for (let c = 0; c < 3; c++) sum[c] += 255 + alpha * (data[at + c] - 255);
        }
      }
      const area = (bottom - top) * (right - left);
      for (let c = 0; c < 3; c++) rgb[3 * (y * columns + x) + c] = Math.round(sum[c] / area);
    }
  }
  return { width: columns, height: rows, rgb };
}

/** Returns the source pixels `from` ≤ i < `to` of target pixel `i` of `count`; at least one. */
function span(i: number, count: number, size: number): [from: number, to: number] {
  const from = Math.floor((i * size) / count);
  return [from, Math.max(from + 1, Math.floor(((i + 1) * size) / count))];
}
