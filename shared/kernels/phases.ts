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

export type Convolution = Extract<NetworkLayer, { kind: 'conv2d' }>;
type Windowed = Extract<NetworkLayer, { kind: 'conv2d' | 'maxPool2d' }>;

/** Returns whether a kernel can read the input of a layer where it is. */
export const isPlain = (layer: Windowed): boolean =>
  layer.kind === 'conv2d' && layer.stride === 1 && paddingOf(layer)[1] === 0;

/** @param xRow floats from row to row of the layer's input, if the kernel reads it where it is */
export function phasesOf(layer: Windowed, xRow?: number, tile = 1): Phases {
  const [, yHeight = 0, yWidth = 0] = layer.output;
  const [, height = 0, width = 0] = layer.input;
  const columns = lineOf(layer, width, yWidth);
  const rows = lineOf(layer, height, yHeight);
  const row = xRow ?? Math.max(columns.shared, tile * Math.ceil(yWidth / tile));
  const taps = Math.floor((layer.kernelSize - 1) / layer.stride);
  // Zeros above an output's gradient, the rows, and what the kernels read and write past them: a block of vectors.
  // Winograd's convolution also reads up to three rows of outputs past the last one, and up to two taps.
  const floats = taps * (row + 1) + (rows.length + 6) * row + (BLOCK_VECTORS + 1) * VECTOR_FLOATS;
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
    const end = Math.ceil((size + before - phase) / stride);
    // One past the last float that a tap of the last output reads.
    const read = outputs + Math.floor((kernelSize - 1 - phase) / stride);
    length = Math.max(length, end, read);
    shared = Math.max(shared, end, read - first, outputs);
  }
  return { length, shared };
}

/** The channels of a convolution as Winograd's convolution in tiles of 4×4 sees it (assembly/winograd4/convolution.ts). */
export interface TiledSizes {
  inputs: number;
  outputs: number;
  /** For the gradient of the input. */
  gradientInputs: number;
  gradientOutputs: number;
}

export function tiledSizes({ inChannels, outChannels, kernelSize, stride }: Convolution): TiledSizes {
  const phases = Math.min(kernelSize, stride);
  const blocks = Array.from({ length: phases }, (_, phase) =>
    Math.ceil(Math.ceil((kernelSize - phase) / stride) / 3),
  );
  return {
    inputs: inChannels * blocks.reduce((a, b) => a + b) ** 2,
    outputs: outChannels,
    gradientInputs: outChannels * (blocks[0] ?? 0) ** 2,
    gradientOutputs: inChannels * phases ** 2,
  };
}

/** Bytes of a transform with `lines` lines of `line` bytes in each of 36 positions, as `positionOf` of assembly/winograd4/filter.ts. */
export const tiledBytes = (lines: number, line: number): number =>
  36 * 64 * (Math.ceil((lines * line) / 64) | 1);
