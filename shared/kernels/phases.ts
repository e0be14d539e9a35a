/** @file The sizes of the planes that assembly/phases.ts describes. */
import { type NetworkLayer, paddingOf } from '../model/spec.ts';
import {
  BLOCK_VECTORS,
  SHIFTED_LINE,
  SHIFTED_TILES,
  VECTOR_FLOATS,
  WINOGRAD4_LINE,
  WINOGRAD4_TILES,
} from './constants.ts';

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

/**
 * @param xRow floats from row to row of the layer's input, if the kernel reads it where it is
 * @param least fewest floats of a row
 */
export function phasesOf(layer: Windowed, xRow?: number, least = 0): Phases {
  const [, yHeight = 0, yWidth = 0] = layer.output;
  const [, height = 0, width = 0] = layer.input;
  const columns = lineOf(layer, width, yWidth);
  const rows = lineOf(layer, height, yHeight);
  const row = xRow ?? Math.max(columns.shared, least);
  const taps = Math.floor((layer.kernelSize - 1) / layer.stride);
  // Zeros above an output's gradient, the rows, and what the kernels read and write past them: a block of vectors.
  // Winograd's convolution reads past the last row of outputs, too: five rows and up to one for each tap.
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

/** A convolution as Winograd's convolution in tiles of 4×4 computes it (assembly/winograd4/convolution.ts). */
export interface TiledSizes {
  /** Edge of a tile of inputs. */
  tile: number;
  /** Blocks of a filter that read each other's tiles, in each direction. */
  shifts: number;
  /** Most tiles that are transformed at a time, and bytes from one channel's tiles to the next. */
  tiles: number;
  line: number;
  /** Channels. */
  inputs: number;
  outputs: number;
  /** For the gradient of the input. */
  gradientInputs: number;
  gradientOutputs: number;
}

/** @param training false for the kernels of the edge, which have tiles of 6 only */
export function tiledSizes(layer: Convolution, training: boolean): TiledSizes {
  const { inChannels, outChannels, kernelSize, stride } = layer;
  const phases = Math.min(kernelSize, stride);
  const taps = Math.ceil(kernelSize / stride);
  const tile = training ? tileOf(layer, taps) : 6;
  const blocks = Array.from({ length: phases }, (_, phase) =>
    tile > 6 ? 1 : Math.ceil(Math.ceil((kernelSize - phase) / stride) / 3),
  );
  return {
    tile,
    shifts: tile > 6 ? Math.ceil(taps / (tile - 3)) : 1,
    tiles: tile === 7 ? SHIFTED_TILES : WINOGRAD4_TILES,
    line: tile === 7 ? SHIFTED_LINE : WINOGRAD4_LINE,
    inputs: inChannels * blocks.reduce((a, b) => a + b) ** 2,
    outputs: outChannels,
    gradientInputs: outChannels * (blocks[0] ?? 0) ** 2,
    gradientOutputs: inChannels * phases ** 2,
  };
}

/**
 * Returns the edge of a tile that suits a filter with `taps` taps on a phase: for blocks of 3, of 5, or of 4 that share their tiles. A row of
 * these and those that the shifted blocks read must be transformed at a time.
 */
function tileOf(layer: Convolution, taps: number): number {
  const { input, output } = layer;
  if (taps <= 3) return 6;
  if (taps === 5) return 8;
  const shifts = Math.ceil(taps / 4);
  const columns = Math.ceil(Math.max(input[2], output[2] ?? 0) / 4) + shifts - 1;
  return shifts * columns <= SHIFTED_TILES && columns <= WINOGRAD4_TILES ? 7 : 6;
}

/** Bytes of a transform with `lines` lines of `line` bytes in each position, as `positionOf` of assembly/winograd4/filter.ts. */
export const tiledBytes = (tile: number, lines: number, line: number): number =>
  tile ** 2 * 64 * (Math.ceil((lines * line) / 64) | 1);
