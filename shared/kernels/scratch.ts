/** @file The memory for intermediate results that one operation needs while it runs, as the kernels divide it. */
import type { NetworkLayer } from '../model/spec.ts';
import {
  CONV2D,
  CONV2D_WINOGRAD,
  MAXPOOL2D,
  VECTOR_FLOATS,
  WINOGRAD,
  WINOGRAD_GRADIENT,
  WINOGRAD_LINE,
  WINOGRAD4_BYTES,
} from './constants.ts';
import { type Convolution, type Phases, type TiledSizes, tiledBytes, tiledSizes } from './phases.ts';
import type { Operation } from './plan.ts';

/** Returns the bytes that an operation needs, for its gradients, too, if `training`. */
export function scratchOf(
  operation: Operation,
  layer: NetworkLayer,
  phases: Phases,
  training: boolean,
): number {
  const { kind, inputs, outputs, kernelSize } = operation;
  const input = 4 * phases.count * inputs * phases.plane;
  const gradient = training ? 4 * outputs * phases.plane : 0;
  switch (kind) {
    case MAXPOOL2D:
      // The phases of a channel, and a plane.
      return 4 * (phases.count + 1) * phases.plane;
    case CONV2D: {
      // The phases, the gradients of the outputs, two planes, and the offsets of the taps.
      const taps = 4 * kernelSize ** 2 * Math.max(inputs, outputs);
      return input + gradient + 4 * 2 * phases.plane + taps;
    }
    case CONV2D_WINOGRAD:
      return tiledScratch(tiledSizes(layer as Convolution, training), input, gradient);
    case WINOGRAD: {
      // The transformed tiles of all input and output channels, and a vector for each value of the transformed filter.
      const sums = training ? 16 * 4 * VECTOR_FLOATS * inputs * outputs : 0;
      return 16 * WINOGRAD_LINE * (inputs + outputs) + sums;
    }
    case WINOGRAD_GRADIENT:
      return training ? 16 * WINOGRAD_LINE * (inputs + outputs) : 0;
    default:
      return 0;
  }
}

/**
 * Returns the bytes of the pass of Winograd's convolution in tiles of 4×4 that needs most.
 * @param input bytes of the phases
 * @param gradient bytes of the gradients of the outputs; 0 for inference
 */
function tiledScratch(sizes: TiledSizes, input: number, gradient: number): number {
  const { tile, shifts, inputs, outputs, gradientInputs, gradientOutputs } = sizes;
  const tiles = (channels: number) => tiledBytes(tile, channels, sizes.line);
  const forward = input + 4 * inputs + tiles(inputs) + tiles(outputs);
  if (gradient === 0) return forward + WINOGRAD4_BYTES;
  const backward = gradient + 4 * gradientInputs + tiles(gradientInputs) + tiles(gradientOutputs);
  const byTile = 4 * (Math.ceil(inputs / VECTOR_FLOATS) + 1) * VECTOR_FLOATS;
  const products =
    tiles(outputs) + tiledBytes(tile, sizes.tiles, byTile) + tiledBytes(tile, shifts ** 2 * outputs, byTile);
  const filter = input + gradient + 4 * inputs + products;
  return Math.max(forward, backward, filter) + WINOGRAD4_BYTES;
}
