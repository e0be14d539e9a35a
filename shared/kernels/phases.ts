/** @file The sizes of the planes that assembly/phases.ts describes. */
import { type NetworkLayer, paddingOf } from '../model/spec.ts';
import { BLOCK_VECTORS, VECTOR_FLOATS } from './constants.ts';

/** Sizes in floats. */
export interface Phases {
  /** Number of planes of a channel. */
  count: number;
  row: number;
  plane: number;
}

type Windowed = Extract<NetworkLayer, { kind: 'conv2d' | 'maxPool2d' }>;

/** Returns whether the kernel reads the input of a layer where it is. It then has rows of `xRow` floats. */
export const isPlain = (layer: Windowed): boolean =>
  layer.kind === 'conv2d' && layer.stride === 1 && paddingOf(layer)[1] === 0;

/** @param xRow floats from row to row of the layer's input */
export function phasesOf(layer: Windowed, xRow: number): Phases {
  const [, yHeight = 0, yWidth = 0] = layer.output;
  const [, height = 0, width = 0] = layer.input;
  const columns = lineOf(layer, width, yWidth);
  const rows = lineOf(layer, height, yHeight);
  const row = isPlain(layer) ? xRow : columns.shared;
  const taps = Math.floor((layer.kernelSize - 1) / layer.stride);
  // Zeros above an output's gradient, the rows, and what the kernels read and write past them: a block of vectors.
  const floats = taps * (row + 1) + rows.length * row + (BLOCK_VECTORS + 1) * VECTOR_FLOATS;
  return {
    count: Math.min(layer.kernelSize, layer.stride) ** 2,
    row,
    plane: Math.ceil(floats / VECTOR_FLOATS) * VECTOR_FLOATS,
  };
}

/**
 * Returns the largest length of a row (or column) over all phases: with zeros of its own on both sides, and with the zeros behind it shared
 * by the next row.
 */
function lineOf(layer: Windowed, size: number, outputs: number): { length: number; shared: number } {
  const { kernelSize, stride } = layer;
  const before = layer.kind === 'conv2d' ? paddingOf(layer)[0] : 0;
  let [length, shared] = [0, 0];
  for (let phase = 0; phase < Math.min(kernelSize, stride); phase++) {
    const first = Math.max(0, Math.ceil((before - phase) / stride));
    const pixel = first * stride + phase - before;
    const end = first + Math.max(0, Math.ceil((size - pixel) / stride));
    // One past the last float that a tap of the last output reads.
    const read = outputs + Math.floor((kernelSize - 1 - phase) / stride);
    length = Math.max(length, end, read);
    shared = Math.max(shared, end, read - first, outputs);
  }
  return { length, shared };
}
