/** @file Which kernel computes which layer: a SIMD one where it fits, else a scalar one. */
import { type Network, type NetworkLayer, paddingOf } from '../model/spec.ts';
import { KERNEL, type Kernel } from './plan.ts';

/**
 * Kernels from slow to fast: one multiplication at a time; four at a time; four multiply-adds, each in one rounding;
 * Winograd's
 * convolution for the gradient of a convolution's input, where it is faster. Where a machine has no relaxed SIMD, SIMD serves.
 */
export const KERNEL_LEVELS = ['scalar', 'simd', 'relaxed', 'winograd'] as const;
export type KernelLevel = (typeof KERNEL_LEVELS)[number];

/** A layer with its kernel. */
export interface Choice {
  layer: NetworkLayer;
  kernel: Kernel;
  /** The kernel also computes the ReLU behind the layer, and the next kernel masks its gradient. */
  relu: boolean;
}

const SIMD = { conv2d: KERNEL.conv3x3, maxPool2d: KERNEL.maxPool2x2, linear: KERNEL.linear } as const;
const SCALAR = {
  conv2d: KERNEL.scalarConv2d,
  maxPool2d: KERNEL.scalarMaxPool2d,
  linear: KERNEL.scalarLinear,
  relu: KERNEL.relu,
  flatten: KERNEL.flatten,
} as const;

/** A network's layers in order; `flatten` moves nothing and is left out. Each takes the fastest kernel up to `level`. */
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
  if (lacking(layer)) return undefined;
  if (level === 'winograd' && suitsWinograd(layer)) return KERNEL.winograd;
  return SIMD[layer.kind as keyof typeof SIMD];
}

/** Whole tiles of 2×2, at most 100 in a row (assembly/winograd.ts), and so many channels that transforming them pays. */
function suitsWinograd(layer: NetworkLayer): boolean {
  if (layer.kind !== 'conv2d') return false;
  const [channels, height, width] = layer.input;
  return height % 2 === 0 && width % 2 === 0 && width <= 200 && Math.min(channels, layer.outChannels) >= 8;
}

/** The layers among `choices` that have scalar kernels, with the reasons, for people. */
export function withoutSimd(choices: Choice[]): string[] {
  return choices
    .filter(({ layer, kernel }) => kernel === SCALAR[layer.kind])
    .map(({ layer }) => `${layer.name} (${lacking(layer)})`);
}

/** What the SIMD kernels lack for a layer by itself. */
function lacking(layer: NetworkLayer): string | undefined {
  // Between two layers with SIMD kernels the first one computes it.
  if (layer.kind === 'relu') return 'a ReLU of its own';
  if (layer.kind === 'conv2d') {
    const [before, after] = paddingOf(layer);
    const fits = layer.kernelSize === 3 && layer.stride === 1 && before === 1 && after === 1;
    return fits ? undefined : 'a convolution other than 3×3 with stride 1 and padding 1';
  }
  if (layer.kind === 'maxPool2d' && (layer.kernelSize !== 2 || layer.stride !== 2)) {
    return 'pooling other than 2×2 with stride 2';
  }
  return undefined;
}
