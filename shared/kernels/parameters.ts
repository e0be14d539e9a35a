/** @file Copies weights, and optimizer buffers of the same layout, to and from the memory of the kernels. */
import { sizeOf, type Weights } from '../model/spec.ts';
import type { Layout, ParameterPlace } from './layout.ts';

/** @param address where the parameters of `layout` begin */
export function writeParameters(
  { parameters }: Pick<Layout, 'parameters'>,
  buffer: ArrayBufferLike,
  address: number,
  weights: Weights,
): void {
  for (const place of parameters) {
    const values = weights.get(place.name) as Float32Array;
    eachRow(place, buffer, address, (row, first) => row.set(values.subarray(first, first + row.length)));
  }
}

/** @param address where the parameters of `layout` begin */
export function readParameters({ parameters }: Layout, buffer: ArrayBufferLike, address: number): Weights {
  return new Map(
    parameters.map((place) => {
      const values = new Float32Array(sizeOf(place.shape));
      eachRow(place, buffer, address, (row, first) => values.set(row, first));
      return [place.name, values];
    }),
  );
}

/** Visits the rows of a parameter tensor in memory; `first` is the index of a row's first element in the tensor. */
function eachRow(
  { offset, shape: [n, channels, height, width], strides: [one, plane, row] }: ParameterPlace,
  buffer: ArrayBufferLike,
  address: number,
  visit: (row: Float32Array, first: number) => void,
): void {
  let first = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        const at = i * one + c * plane + y * row;
        visit(new Float32Array(buffer, address + offset + 4 * at, width), first);
        first += width;
      }
    }
  }
}
