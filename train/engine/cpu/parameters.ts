/** @file Weights, and what an optimizer remembers for each, to and from the memory of the kernels. */
import type { Weights } from '../../model/spec.ts';
import type { Layout, ParameterPlace } from './layout.ts';

export function writeParameters(
  { parameters }: Layout,
  buffer: ArrayBufferLike,
  address: number,
  weights: Weights,
): void {
  for (const place of parameters) {
    const values = weights.get(place.name) as Float32Array;
    const stored = storedAt(place, buffer, address);
    for (let i = 0; i < place.size; i++) stored[place.indexOf(i)] = values[i];
  }
}

export function readParameters({ parameters }: Layout, buffer: ArrayBufferLike, address: number): Weights {
  return new Map(
    parameters.map((place) => {
      const stored = storedAt(place, buffer, address);
      return [place.name, Float32Array.from({ length: place.size }, (_, i) => stored[place.indexOf(i)])];
    }),
  );
}

const storedAt = ({ offset, size, indexOf }: ParameterPlace, buffer: ArrayBufferLike, address: number) =>
  new Float32Array(buffer, address + offset, indexOf(size - 1) + 1);
