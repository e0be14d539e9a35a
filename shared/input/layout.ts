/** @file Converts pictures between [channels, height, width], which this project uses, and [height, width, channels]. */
import { bytesOf, type ImageShape } from './preprocessing.ts';

/** Reorders pictures [n, channels, height, width] to [n, height, width, channels]. */
export const channelsLast = (pictures: Float32Array, shape: ImageShape): Float32Array =>
  transposed(pictures, shape[0], bytesOf(shape) / shape[0]);

/** Reorders pictures [n, height, width, channels] to [n, channels, height, width]. */
export const channelsFirst = (pictures: Float32Array, shape: ImageShape): Float32Array =>
  transposed(pictures, bytesOf(shape) / shape[0], shape[0]);

/** Transposes each of the matrices [n, rows, columns]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  const size = rows * columns;
  for (let start = 0; start < values.length; start += size) {
    for (let i = 0; i < size; i++) {
      result[start + (i % columns) * rows + Math.floor(i / columns)] = values[start + i] as number;
    }
  }
  return result;
}
