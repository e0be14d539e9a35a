/** @file Two-dimensional arrays of numbers, which the canvases draw. */

/** One channel of a tensor, or one kernel. */
export interface Plane {
  height: number;
  width: number;
  /** [height, width], row by row. */
  data: Float32Array;
}

/** Returns channel `c` of a tensor [channels, height, width] without copying it. */
export const channelOf = (data: Float32Array, [, height, width]: readonly number[], c: number): Plane => ({
  height,
  width,
  data: data.subarray(c * height * width, (c + 1) * height * width),
});
