/** @file Chooses the kernel of each layer: a SIMD kernel where one covers the layer, else a scalar kernel. */
import { type Network, type NetworkLayer, paddingOf, sizeOf } from '../model/spec.ts';
import {
  CONV3X3,
  FLATTEN,
  LINEAR,
  MAXPOOL2X2,
  RELU,
  SCALAR_CONV2D,
  SCALAR_LINEAR,
  SCALAR_MAXPOOL2D,
  WINOGRAD,
  WINOGRAD_GRADIENT,
  WINOGRAD_TILES,
} from './constants.ts';
import type { Kernel } from './plan.ts';

/**
 * Levels of kernels from slow to fast; each includes the ones before it.
 *
 * - `scalar`: one multiplication at a time
 * - `simd`: four multiplications at a time
 * - `relaxed`: four multiply-adds at a time, each rounded once. Without relaxed SIMD, the machine runs the `simd` kernels.
 * - `winograd`: Winograd's convolution where it is faster: for the gradient of a convolution's input; on large images, for the output
 *   and the gradient of the filter, too
 */
export const KERNEL_LEVELS = ['scalar', 'simd', 'relaxed', 'winograd'] as const;
export type KernelLevel = (typeof KERNEL_LEVELS)[number];

/** A layer with its kernel. */
export interface Choice {
  layer: NetworkLayer;
  kernel: Kernel;
  /** Whether the kernel also computes the ReLU after the layer. The kernel of the next layer then masks the gradient. */
  relu: boolean;
}

const SIMD = { conv2d: CONV3X3, maxPool2d: MAXPOOL2X2, linear: LINEAR } as const;
const SCALAR = {
  conv2d: SCALAR_CONV2D,
  maxPool2d: SCALAR_MAXPOOL2D,
  linear: SCALAR_LINEAR,
  relu: RELU,
  flatten: FLATTEN,
} as const;

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
  const simd = layers.map((layer) => (level === 'scalar' ? undefined : simdKernel(layer, level)));
  const isFused = (i: number): boolean =>
    layers[i]?.kind === 'relu' &&
    layers[i - 1]?.kind !== 'maxPool2d' &&
    simd[i - 1] !== undefined &&
    simd[i + 1] !== undefined;
  return layers.flatMap((layer, i) =>
    isFused(i) ? [] : [{ layer, kernel: simd[i] ?? SCALAR[layer.kind], relu: isFused(i + 1) }],
  );
}

function simdKernel(layer: NetworkLayer, level: KernelLevel): Kernel | undefined {
  if (whyScalar(layer)) return undefined;
  if (level === 'winograd' && suitsWinograd(layer)) {
    return sizeOf(layer.input.slice(1)) < WINOGRAD_PIXELS ? WINOGRAD_GRADIENT : WINOGRAD;
  }
  return SIMD[layer.kind as keyof typeof SIMD];
}

/** Returns whether a layer divides into 2×2 tiles, one transform covers a row of tiles, and the layer has enough channels. */
function suitsWinograd(layer: NetworkLayer): boolean {
  if (layer.kind !== 'conv2d') return false;
  const [channels, height, width] = layer.input;
  if (height % 2 !== 0 || width % 2 !== 0 || width > 2 * WINOGRAD_TILES) return false;
  return Math.min(channels, layer.outChannels) >= WINOGRAD_CHANNELS;
}

/** Returns the name of each layer with a scalar kernel, followed by the reason. */
export function withoutSimd(choices: Choice[]): string[] {
  return choices
    .filter(({ layer, kernel }) => kernel === SCALAR[layer.kind])
    .map(({ layer }) => `${layer.name} (${whyScalar(layer)})`);
}

/** Returns why no SIMD kernel covers a layer by itself, or undefined if one does. */
function whyScalar(layer: NetworkLayer): string | undefined {
  // chooseKernels fuses a ReLU between two SIMD kernels into the first one.
  if (layer.kind === 'relu') return 'a ReLU of its own';
  if (layer.kind === 'conv2d') {
    const [before, after] = paddingOf(layer);
    const fits = layer.kernelSize === 3 && layer.stride === 1 && before === after && before <= 1;
    return fits ? undefined : 'a convolution other than 3×3 with stride 1 and padding 0 or 1';
  }
  if (layer.kind === 'maxPool2d' && (layer.kernelSize !== 2 || layer.stride !== 2)) {
    return 'pooling other than 2×2 with stride 2';
  }
  return undefined;
}
