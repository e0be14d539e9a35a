/** @file Reference: the object → 28 × 28 grey bytes, its longest edge filling the frame, centred on black. */

import type { Box } from '#shared/input/garment/geometry.ts';
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';

/**
 * Scales the content of `box` so that its longest edge is 28 pixels, and centres it. A byte is the mean intensity of its area.
 * @param intensity of each pixel: 0..255 in the object, 0 around it
 * @param width of the picture, in pixels
 */
export function placeObject(intensity: Float32Array, width: number, box: Box): Uint8Array {
  const scale = IMAGE_SIZE / Math.max(box.width, box.height);
  const columns = Math.max(1, Math.round(box.width * scale));
  const rows = Math.max(1, Math.round(box.height * scale));
  const left = Math.floor((IMAGE_SIZE - columns) / 2);
  const top = Math.floor((IMAGE_SIZE - rows) / 2);

  const image = new Uint8Array(IMAGE_PIXELS);
  const across = Array.from({ length: columns }, (_, column) => coverage(column, columns, box.width));
  for (let row = 0; row < rows; row++) {
    const ys = coverage(row, rows, box.height);
    for (const [column, xs] of across.entries()) {
      let [sum, area] = [0, 0];
      for (const [y, high] of ys) {
        for (const [x, wide] of xs) {
          sum += high * wide * intensity[(box.top + y) * width + box.left + x];
          area += high * wide;
        }
      }
      image[(top + row) * IMAGE_SIZE + left + column] = Math.round(sum / area);
    }
  }
  return image;
}

/** Returns the source pixels that target pixel `i` of `count` covers, each with the covered length. */
function coverage(i: number, count: number, size: number): [pixel: number, length: number][] {
  const [from, to] = [(i * size) / count, ((i + 1) * size) / count];
  const covered: [number, number][] = [];
  for (let pixel = Math.floor(from); pixel < Math.min(size, Math.ceil(to)); pixel++) {
    covered.push([pixel, Math.min(to, pixel + 1) - Math.max(from, pixel)]);
  }
  return covered;
}
