/** @file The garment's mask: 255 inside and 0 outside, one byte a pixel. */
import type { Box, Grid } from './geometry.ts';
import { resample } from './resample.ts';
import type { Level, Workspace } from './workspace.ts';

/** Components smaller than this share of the largest are removed: they are not the second shoe of a pair. */
const MIN_COMPONENT = 0.2;

/** Holes of up to this share of the object are filled: they are prints or buttons. The gap between trouser legs is larger. */
const MAX_HOLE = 0.1;

/** Computes the half-size mask from a level's probabilities: 0.5 or more, without small components, with small holes filled. */
export function computeHalfMask(
  { kernels, addresses }: Workspace,
  { probability, width, height, stride, count }: Level,
): void {
  const { halfMask, scratch } = addresses;
  kernels.u8_threshold(halfMask, probability, 0.5, count);
  kernels.u8_clean(halfMask, ...scratch, MIN_COMPONENT, MAX_HOLE, width, height, stride);
}

/** Computes the mask at the picture's size from the half-size mask. The probabilities in between make its contour smooth. */
export function upscaleMask(workspace: Workspace, { probability, ...fine }: Level, picture: Grid): void {
  const { kernels, addresses } = workspace;
  const { halfMask, mask, colours, scratch } = addresses;
  // Removed components get a probability below the threshold of 0.5, filled holes one at the threshold.
  kernels.f32_clamp_to_mask(scratch[0], probability, halfMask, 0.5, 0.499, fine.count);
  const doubled = { width: 2 * fine.width, height: 2 * fine.height, stride: picture.stride };
  resample(workspace, colours, doubled, { ...fine, address: scratch[0] });
  kernels.u8_threshold(mask, colours, 0.5, picture.count);
}

/** Returns the smallest box around the mask, or undefined when the mask is empty. */
export function boundingBox(
  { kernels, memory, addresses }: Workspace,
  { width, height, stride }: Grid,
): Box | undefined {
  kernels.i32_bounding_box(addresses.statistics, addresses.mask, width, height, stride);
  const edges = new Int32Array(memory.buffer, addresses.statistics, 4);
  const [left, top, right, bottom] = edges as unknown as [number, number, number, number];
  return right > 0 ? { left, top, width: right - left, height: bottom - top } : undefined;
}

/** Returns a copy of the mask without padding. */
export function readMask({ memory, addresses }: Workspace, { width, height, stride }: Grid): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    mask.set(new Uint8Array(memory.buffer, addresses.mask + y * stride, width), y * width);
  return mask;
}
