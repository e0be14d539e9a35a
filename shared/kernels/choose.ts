/** @file Chooses the kernel of each layer: one for its shape where that is faster, else one for any shape. */
import { type Network, type NetworkLayer, paddingOf, sizeOf } from '../model/spec.ts';
import {
  CONV2D,
  CONV2D_WINOGRAD,
  CONV3X3,
  FLATTEN,
  LINEAR,
  MAXPOOL2D,
  MAXPOOL2X2,
  RELU,
  WINOGRAD,
  WINOGRAD_GRADIENT,
  WINOGRAD_TILES,
  WINOGRAD4_TILES,
} from './constants.ts';
import { type Convolution, tiledSizes } from './phases.ts';
import type { Kernel } from './plan.ts';

/**
 * Levels of kernels from slow to fast; each includes the ones before it.
 *
 * - `simd`: four multiplications at a time
 * - `relaxed`: four multiply-adds at a time, each rounded once. Without relaxed SIMD, the machine runs the `simd` kernels.
 * - `winograd`: Winograd's convolution where it is faster: for the gradient of a convolution's input; on large images, with many channels
 *   or with large filters, for the output and the gradient of the filter, too
 */
export const KERNEL_LEVELS = ['simd', 'relaxed', 'winograd'] as const;
export type KernelLevel = (typeof KERNEL_LEVELS)[number];

/** A layer with its kernel. */
export interface Choice {
  layer: NetworkLayer;
  kernel: Kernel;
  /** Whether the kernel also computes the ReLU after the layer. The kernel of the next layer then masks the gradient. */
  relu: boolean;
}

/** Fewest input and output channels for which Winograd's convolution is faster than the direct one. */
const WINOGRAD_CHANNELS = 8;

/**
 * Fewest pixels of an image for Winograd's convolution in all passes. It would be faster on smaller ones, too, but its roundings would
 * change the published results of the 28×28 networks.
 */
const WINOGRAD_PIXELS = 28 * 28 + 1;

/** Fewest input and output channels for which tiles of 4×4 are faster than tiles of 2×2. */
const WIDE_CHANNELS = 32;

/** Smallest edge of an image for which tiles of 4×4 are faster. */
const TILED_EDGE = 10;

/** Largest transformed filter in bytes: one that fits into the second-level cache. */
const CACHE = 1e6;

/** Output channels whose multiplications take as long as the transform of a tile of 4×4. */
const TRANSFORM_COST = 11;

/**
 * Chooses the fastest kernel up to `level` for each layer, in order. A `flatten` layer moves no data and is omitted.
 * @param training false for the kernels of the edge
 */
export function chooseKernels(
  network: Network,
  level: KernelLevel,
  { training = true }: { training?: boolean } = {},
): Choice[] {
  const layers = network.layers.filter(({ kind }) => kind !== 'flatten');
  /** A layer with weights applies the ReLU after it, if the layer after the ReLU masks the gradient. */
  const isFused = (i: number): boolean => {
    const [before, kind, after] = [i - 1, i, i + 1].map((at) => layers[at]?.kind);
    return kind === 'relu' && (before === 'conv2d' || before === 'linear') && after !== 'relu' && !!after;
  };
  return layers.flatMap((layer, i) =>
    isFused(i) ? [] : [{ layer, kernel: kernelOf(layer, level, training), relu: isFused(i + 1) }],
  );
}

function kernelOf(layer: NetworkLayer, level: KernelLevel, training: boolean): Kernel {
  switch (layer.kind) {
    case 'conv2d':
      return convolutionKernel(layer, level, training);
    case 'maxPool2d':
      return layer.kernelSize === 2 && layer.stride === 2 ? MAXPOOL2X2 : MAXPOOL2D;
    case 'linear':
      return LINEAR;
    case 'relu':
      return RELU;
    case 'flatten':
      return FLATTEN;
    default:
      throw layer satisfies never;
  }
}

function convolutionKernel(layer: Convolution, level: KernelLevel, training: boolean): Kernel {
  if (level === 'winograd' && suitsTiles(layer, training)) return CONV2D_WINOGRAD;
  const [before, after] = paddingOf(layer);
  if (layer.kernelSize !== 3 || layer.stride !== 1 || before !== after || before > 1) return CONV2D;
  if (level !== 'winograd' || !suitsWinograd(layer)) return CONV3X3;
  return sizeOf(layer.input.slice(1)) < WINOGRAD_PIXELS ? WINOGRAD_GRADIENT : WINOGRAD;
}

/** Returns whether a layer divides into 2×2 tiles, one transform covers a row of tiles, and the layer has enough channels. */
function suitsWinograd({ input, outChannels }: Convolution): boolean {
  const [channels, height, width] = input;
  if (height % 2 !== 0 || width % 2 !== 0 || width > 2 * WINOGRAD_TILES) return false;
  return Math.min(channels, outChannels) >= WINOGRAD_CHANNELS;
}

/**
 * Returns whether Winograd's convolution in tiles of 4×4 takes less time than a direct one. The costs are multiplications per pixel of the
 * output and input channel. Filters of 3×3 with few channels have other kernels, whose roundings are those of the published results.
 */
function suitsTiles(layer: Convolution, training: boolean): boolean {
  const { inChannels, outChannels, kernelSize, input, output } = layer;
  const [height = 0, width = 0] = output.slice(1).map((edge) => Math.ceil(edge / 4));
  const channels = Math.min(inChannels, outChannels);
  const edges = [...input.slice(1), ...output.slice(1)];
  if (Math.min(...input.slice(1)) < TILED_EDGE || Math.max(...edges) > 4 * WINOGRAD4_TILES) return false;
  if (kernelSize <= 3) return kernelSize === 3 && layer.stride === 1 && channels >= WIDE_CHANNELS;
  const wasted = (16 * height * width) / sizeOf(output.slice(1));
  const { tile, shifts, inputs } = tiledSizes(layer, training);
  if (tile ** 2 * 4 * shifts ** 2 * inputs * outChannels > CACHE) return false;
  // The tiles that only shifted blocks read are multiplied, too.
  const products = shifts ** 2 * channels * (1 + (shifts - 1) / width);
  const tiled = ((tile / 4) ** 2 * inputs * (products + TRANSFORM_COST) * wasted) / inChannels;
  return tiled < 0.8 * kernelSize ** 2 * channels;
}
