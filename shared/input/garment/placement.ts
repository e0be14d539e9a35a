/** @file The last step: the object → 28 × 28 grey bytes, its longest edge filling the frame, centred on black. */

import type { Box, Grid } from './geometry.ts';
import { IMAGE_PIXELS, IMAGE_SIZE } from './size.ts';
import type { Workspace } from './workspace.ts';

/**
 * Scales the content of `box` so that its longest edge is 28 pixels, and centres it. A byte is the mean intensity of its area.
 */
export function placeObject(
  { kernels, memory, addresses }: Workspace,
  { stride }: Grid,
  box: Box,
): Uint8Array {
  const { image, intensity, line } = addresses;
  const first = intensity + 4 * (box.top * stride + box.left);
  kernels.u8_place(image, first, line, IMAGE_SIZE, box.width, box.height, stride);
  return new Uint8Array(memory.buffer, image, IMAGE_PIXELS).slice();
}
