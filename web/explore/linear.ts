/** @file A linear layer behind feature maps, taken apart: which map, and which place in it, speaks for a class. */
import type { Linear, Tensor } from '#shared/model/forward.ts';
import type { Shape, Weights } from '#shared/model/spec.ts';
import { valuesOf } from './convolution.ts';

/** One feature map's share of a logit. */
export interface Share {
  /** The map, its weights for this class, their products: planes of [height, width]. */
  inputs: Float32Array;
  weights: Float32Array;
  products: Float32Array;
  sum: number;
}

/**
 * The logit of class `o` by feature maps.
 * @param maps [channels, height, width] of what was flattened
 */
export function logitShares(
  layer: Linear,
  weights: Weights,
  input: Tensor,
  maps: Shape,
  o: number,
): { shares: Share[]; bias: number; value: number } {
  const [weight, bias] = valuesOf(layer, weights);
  const plane = maps.length === 3 ? maps[1] * maps[2] : layer.inFeatures;
  const shares = Array.from({ length: layer.inFeatures / plane }, (_, c): Share => {
    const inputs = input.subarray(c * plane, (c + 1) * plane);
    const from = o * layer.inFeatures + c * plane;
    const own = weight.subarray(from, from + plane);
    const products = inputs.map((value, i) => value * own[i]);
    return { inputs, weights: own, products, sum: inputs.reduce((sum, value, i) => sum + value * own[i], 0) };
  });
  return { shares, bias: bias[o], value: shares.reduce((total, { sum }) => total + sum, bias[o]) };
}
