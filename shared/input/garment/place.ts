/** @file The object of a picture → 28 × 28 grey bytes: longest edge filling the frame, centred, black around it. */
import { IMAGE_PIXELS, IMAGE_SIZE } from '../../labels.ts';
import type { Bench, Grid } from './bench.ts';
import type { Box } from './mask.ts';

/** Scales `box` so that its longest edge is 28 and centres it: a byte is the mean of the bench's intensity over its area. */
export function placeObject({ kernels, memory, at }: Bench, { row }: Grid, box: Box): Uint8Array {
  const first = at.intensity + 4 * (box.top * row + box.left);
  kernels.u8_place(at.image, first, at.line, IMAGE_SIZE, box.width, box.height, row);
  return new Uint8Array(memory.buffer, at.image, IMAGE_PIXELS).slice();
}
