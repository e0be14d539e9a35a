/** @file Max pooling taken apart: one window's numbers, and which of them goes on. */
import type { Pool, Tensor } from '#shared/model/forward.ts';
import { resolveNetwork } from '#shared/model/spec.ts';

export interface PoolWindow {
  /** Row and column of the input that the window begins at. */
  y: number;
  x: number;
  /** kernelSize² numbers, row by row. */
  inputs: Float32Array;
  /** Place of the largest in `inputs`: the first of equal ones, as in PyTorch. */
  place: number;
  value: number;
}

/** The window behind output (y, x) of channel `c`, of an input [channels, height, width]. */
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
  return { y: top, x: left, inputs, place: inputs.indexOf(value), value };
}

/** Pooling of one plane, as a layer. @throws ExplainedError of kind `model` when the window is larger than the plane */
export function poolLayer(height: number, width: number, size: number, stride: number): Pool {
  const { layers } = resolveNetwork({
    name: 'pooling',
    input: [1, height, width],
    modules: { pooling: [{ kind: 'maxPool2d', kernelSize: size, stride }] },
  });
  return layers[0] as Pool;
}
