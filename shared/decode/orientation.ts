/** @file Turning pixels as a file's metadata says. */
import type { Pixels } from './pixels.ts';

/** How the stored pixels are shown (Exif 2.3, 4.6.4, tag 0x0112): 1 as they are, 2 to 8 mirrored, turned, or both. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Where each orientation takes the pixel to be shown at (x, y) from, `right` and `bottom` being the last column and row. */
const SOURCES: Record<
  Orientation,
  (x: number, y: number, right: number, bottom: number) => [number, number]
> = {
  1: (x, y) => [x, y],
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, _, bottom) => [y, bottom - x],
  7: (x, y, right, bottom) => [right - y, bottom - x],
  8: (x, y, right) => [right - y, x],
};

/** A copy of `pixels` as they are to be shown. */
export function orient({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return { width, height, data: data.slice() };
  const isTurned = orientation >= 5;
  const shown = isTurned ? { width: height, height: width } : { width, height };
  const from = pixelWords(data);
  const to = new Uint32Array(width * height);
  // The source moves by the same steps along every row and column, so three calls tell them all.
  const at = (x: number, y: number) => {
    const [column, row] = SOURCES[orientation](x, y, width - 1, height - 1);
    return row * width + column;
  };
  const [start, right, down] = [at(0, 0), at(1, 0) - at(0, 0), at(0, 1) - at(0, 0)];
  let next = 0;
  for (let y = 0; y < shown.height; y++) {
    let source = start + y * down;
    for (let x = 0; x < shown.width; x++) {
      to[next++] = from[source] as number;
      source += right;
    }
  }
  return { ...shown, data: new Uint8ClampedArray(to.buffer) };
}

/** One number a pixel; a copy where the bytes do not lie on its boundary. */
function pixelWords(data: Pixels['data']): Uint32Array {
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
