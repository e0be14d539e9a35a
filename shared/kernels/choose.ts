/** @file Chooses the kernel of each layer: one for its shape where that is faster, else one for any shape. */
import { type Network, type NetworkLayer, paddingOf, sizeOf } from '../model/spec.ts';
import {
  CONV2D,
  CONV3X3,
  FLATTEN,
  LINEAR,
  MAXPOOL2D,
  MAXPOOL2X2,
  RELU,
  WINOGRAD,
  WINOGRAD_GRADIENT,
  WINOGRAD_TILES,
} from './constants.ts';
import type { Kernel } from './plan.ts';

/**
 * Levels of kernels from slow to fast; each includes the ones before it.
 *
 * - `simd`: four multiplications at a time
 * - `relaxed`: four multiply-adds at a time, each rounded once. Without relaxed SIMD, the machine runs the `simd` kernels.
 * - `winograd`: Winograd's convolution where it is faster: for the gradient of a convolution's input; on large images, for the output
 *   and the gradient of the filter, too
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

type Convolution = Extract<NetworkLayer, { kind: 'conv2d' }>;

/** Fewest input and output channels for which Winograd's convolution is faster than the direct one. */
const WINOGRAD_CHANNELS = 8;

/**
 * Fewest pixels of an image for Winograd's convolution in all passes. It would be faster on smaller ones, too, but its roundings would
 * change the published results of the 28×28 networks.
 */
const WINOGRAD_PIXELS = 28 * 28 + 1;

/** Chooses the fastest kernel up to `level` for each layer, in order. A `flatten` layer moves no data and is omitted. */
export function chooseKernels(network: Network, level: KernelLevel): Choice[] {
  const layers = network.layers.filter(({ kind }) => kind !== 'flatten');
  /** A layer with weights applies the ReLU after it, if the layer after the ReLU masks the gradient. */
  const isFused = (i: number): boolean => {
    const [before, kind, after] = [i - 1, i, i + 1].map((at) => layers[at]?.kind);
    return kind === 'relu' && (before === 'conv2d' || before === 'linear') && after !== 'relu' && !!after;
  };
  return layers.flatMap((layer, i) =>
    isFused(i) ? [] : [{ layer, kernel: kernelOf(layer, level), relu: isFused(i + 1) }],
  );
}

function kernelOf(layer: NetworkLayer, level: KernelLevel): Kernel {
  switch (layer.kind) {
    case 'conv2d':
      return convolutionKernel(layer, level);
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

function convolutionKernel(layer: Convolution, level: KernelLevel): Kernel {
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
