/** @file Probability maps at another resolution. */
import type { Size } from '../../decode/pixels.ts';
import type { Grid } from './geometry.ts';
import type { ProbabilityMap } from './prior.ts';
import { WORK_EDGE, type Workspace } from './workspace.ts';

/** A map in the workspace's memory. */
export interface StoredMap extends Size {
  readonly address: number;
  /** Pixels from one row to the next. */
  readonly stride: number;
}

/**
 * Copies a map into the workspace, over its `colours`.
 * @throws RangeError when an edge is longer than WORK_EDGE
 */
export function storeMap(
  { memory, addresses }: Workspace,
  { width, height, data }: ProbabilityMap,
): StoredMap {
  if (width > WORK_EDGE || height > WORK_EDGE)
    throw new RangeError(
      `the probability map is too large: expected at most ${WORK_EDGE} × ${WORK_EDGE} pixels, got ${width} × ${height}`,
    );
  const address = addresses.colours;
  const stride = (width + 4) & ~3;
  const plane = new Float32Array(memory.buffer, address, stride * height);
  for (let y = 0; y < height; y++) plane.set(data.subarray(y * width, (y + 1) * width), y * stride);
  return { width, height, address, stride };
}

/**
 * Writes the map, resampled to `grid`, to the address `to`: bilinear between pixel centres, the nearest pixel beyond the
 * outermost ones.
 */
export function resample(
  { kernels, addresses }: Workspace,
  to: number,
  grid: Pick<Grid, 'width' | 'height' | 'stride'>,
  map: StoredMap,
): void {
  kernels.f32_resample(
    to,
    map.address,
    addresses.line,
    map.width,
    map.height,
    map.stride,
    grid.width,
    grid.height,
    grid.stride,
  );
}
