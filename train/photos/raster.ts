/** @file An opaque picture in memory and the few things that are drawn into it. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { Box } from '#shared/input/garment/mask.ts';

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue in 0..255 of each pixel, row by row. */
  readonly rgb: Uint8Array;
}

export type Colour = readonly [red: number, green: number, blue: number];

/** `#rrggbb` */
export const colourOf = (hex: string): Colour => {
  const [r, g, b] = hex.match(/[0-9a-f]{2}/gi) as string[];
  return [Number.parseInt(r, 16), Number.parseInt(g, 16), Number.parseInt(b, 16)];
};

export function blank(width: number, height: number, colour: Colour): Raster {
  const raster = { width, height, rgb: new Uint8Array(3 * width * height) };
  fill(raster, { left: 0, top: 0, width, height }, colour);
  return raster;
}

/** Fills the part of `box` that lies in the picture. */
export function fill(on: Raster, box: Box, colour: Colour): void {
  const right = Math.min(on.width, box.left + box.width);
  const bottom = Math.min(on.height, box.top + box.height);
  for (let y = Math.max(0, box.top); y < bottom; y++) {
    for (let x = Math.max(0, box.left); x < right; x++) on.rgb.set(colour, 3 * (y * on.width + x));
  }
}

/** Draws the edges of `box`, inwards. */
export function frame(
  on: Raster,
  { left, top, width, height }: Box,
  colour: Colour,
  thickness: number,
): void {
  fill(on, { left, top, width, height: thickness }, colour);
  fill(on, { left, top: top + height - thickness, width, height: thickness }, colour);
  fill(on, { left, top, width: thickness, height }, colour);
  fill(on, { left: left + width - thickness, top, width: thickness, height }, colour);
}

/** Copies a picture that fits to where its left upper corner shall be. */
export function paste(on: Raster, { width, height, rgb }: Raster, left: number, top: number): void {
  for (let y = 0; y < height; y++) {
    on.rgb.set(rgb.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((top + y) * on.width + left));
  }
}

/** The picture over white, at the largest size that fits into `width` × `height`: means of areas, or pixels repeated. */
export function reduce({ data, ...size }: Pixels, width: number, height: number): Raster {
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

/** The source pixels from..to of target pixel `i` of `count`, at least one. */
function span(i: number, count: number, size: number): [from: number, to: number] {
  const from = Math.floor((i * size) / count);
  return [from, Math.max(from + 1, Math.floor(((i + 1) * size) / count))];
}

/** A square grey image with each pixel `times` × `times` large. */
export function enlarge(grey: Uint8Array, times: number): Raster {
  const edge = Math.sqrt(grey.length);
  const size = edge * times;
  const rgb = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [Math.floor((i % size) / times), Math.floor(i / size / times)];
    rgb.fill(grey[y * edge + x], 3 * i, 3 * i + 3);
  }
  return { width: size, height: size, rgb };
}
