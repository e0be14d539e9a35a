/** @file Planes of numbers: what is drawn. */

/** One channel of a tensor. */
export interface Plane {
  height: number;
  width: number;
  /** Row by row. */
  data: Float32Array;
}

/** Channel `c` of a tensor [channels, height, width]. */
export const channelOf = (data: Float32Array, [, height, width]: readonly number[], c: number): Plane => ({
  height,
  width,
  data: data.subarray(c * height * width, (c + 1) * height * width),
});
