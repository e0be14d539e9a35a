/** @file Rotates and mirrors pixels into the orientation in which an image is displayed. */
import type { Pixels } from './pixels.ts';

/** How the stored pixels are displayed (Exif 2.3, 4.6.4, tag 0x0112): 1 unchanged, 2 to 8 mirrored, rotated, or both. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Position of the stored pixel that is displayed at (x, y). `right` and `bottom` are the last stored column and row. */
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

/** Returns a copy of `pixels` as they are displayed. */
export function orient({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  if (orientation === 1) return { width, height, data: data.slice() };
  const swapsAxes = orientation >= 5;
  const displayed = swapsAxes ? { width: height, height: width } : { width, height };
  const from = pixelWords(data);
  const to = new Uint32Array(width * height);
  // The source moves by constant steps along rows and columns, so three positions determine all others.
  const at = (x: number, y: number) => {
    const [column, row] = SOURCES[orientation](x, y, width - 1, height - 1);
    return row * width + column;
  };
  const [start, right, down] = [at(0, 0), at(1, 0) - at(0, 0), at(0, 1) - at(0, 0)];
  let next = 0;
  for (let y = 0; y < displayed.height; y++) {
    let source = start + y * down;
    for (let x = 0; x < displayed.width; x++) {
      to[next++] = from[source] as number;
      source += right;
    }
  }
  return { ...displayed, data: new Uint8ClampedArray(to.buffer) };
}

/** Returns one 32-bit word per pixel. Copies the bytes when they are not aligned. */
function pixelWords(data: Pixels['data']): Uint32Array {
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
