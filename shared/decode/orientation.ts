/** @file Rotates and mirrors pixels into the orientation in which an image is displayed. */
import { takeMemory } from './memory.ts';
import type { Pixels, Size } from './pixels.ts';

/** How the stored pixels are displayed (Exif 2.3, 4.6.4, tag 0x0112): 1 unchanged, 2 to 8 mirrored, rotated, or both. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Orientations whose display begins with the last stored column, and with the last stored row. */
const FROM_LAST_COLUMN: readonly Orientation[] = [2, 3, 7, 8];
const FROM_LAST_ROW: readonly Orientation[] = [3, 4, 6, 7];

/** Returns the size in which an image of this stored size is displayed. */
export const displayedSize = ({ width, height }: Size, orientation: Orientation): Size =>
  orientation >= 5 ? { width: height, height: width } : { width, height };

/** Returns `pixels` as they are displayed, in the decoders' memory. */
export function orient({ width, height, data }: Pixels, orientation: Orientation): Pixels {
  const swapsAxes = orientation >= 5;
  const displayed = displayedSize({ width, height }, orientation);
  const { taken, pixels } = takeMemory(4 * width * height, data);
  const from = pixelWords(pixels);
  const to = pixelWords(taken);
  const column = FROM_LAST_COLUMN.includes(orientation)
    ? { first: width - 1, step: -1 }
    : { first: 0, step: 1 };
  const row = FROM_LAST_ROW.includes(orientation)
    ? { first: (height - 1) * width, step: -width }
    : { first: 0, step: width };
  const [right, down] = swapsAxes ? [row.step, column.step] : [column.step, row.step];
  let next = 0;
  for (let y = 0; y < displayed.height; y++) {
    let source = column.first + row.first + y * down;
    for (let x = 0; x < displayed.width; x++) {
      to[next++] = from[source] as number;
      source += right;
    }
  }
  return { ...displayed, data: taken };
}

/** Returns one 32-bit word per pixel. Copies the bytes when they are not aligned. */
function pixelWords(data: Pixels['data']): Uint32Array {
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
