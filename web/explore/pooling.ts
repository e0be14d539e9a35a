/** @file The arithmetic of max pooling: the values of one window and their maximum. */
import type { Pool, Tensor } from '#shared/model/forward.ts';
import { resolveNetwork } from '#shared/model/spec.ts';
import { formatNumber } from './format-number.ts';

export interface PoolWindow {
  /** First row and column of the window in the input. */
  y: number;
  x: number;
  /** kernelSize² values, row by row. */
  inputs: Float32Array;
  /** Index of the maximum in `inputs`; the first one of equal values, as in PyTorch. */
  maxIndex: number;
  value: number;
}

/**
 * Returns the window of output pixel (y, x) of channel `c`.
 * @param input [channels, height, width]
 */
export function poolWindow(
  { kernelSize, stride, input: [, height, width] }: Pool,
  input: Tensor,
  c: number,
  y: number,
  x: number,
): PoolWindow {
  const [top, left] = [y * stride, x * stride];
  const inputs = Float32Array.from({ length: kernelSize ** 2 }, (_, i) => {
    const [row, column] = [top + Math.floor(i / kernelSize), left + (i % kernelSize)];
    return input[(c * height + row) * width + column];
  });
  const value = Math.max(...inputs);
  return { y: top, x: left, inputs, maxIndex: inputs.indexOf(value), value };
}

/**
 * Makes a pooling layer with one channel.
 * @throws ExplainedError of kind `model` when the window is larger than the plane
 */
export function poolLayer(height: number, width: number, size: number, stride: number): Pool {
  const { layers } = resolveNetwork({
    name: 'pooling',
    input: [1, height, width],
    modules: { pooling: [{ kind: 'maxPool2d', kernelSize: size, stride }] },
  });
  return layers[0] as Pool;
}

/** Writes the calculation of a window as text: `max(0.10, 0.25, 0.00, 0.12) = 0.25`. */
export const maxEquation = ({ inputs, value }: Pick<PoolWindow, 'inputs' | 'value'>): string =>
  `max(${Array.from(inputs, (input) => formatNumber(input)).join(', ')}) = ${formatNumber(value)}`;
