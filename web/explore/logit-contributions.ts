/** @file The contribution of each feature map to a logit, for a linear layer after flatten. */
import type { Linear, Tensor } from '#shared/model/forward.ts';
import type { Shape, Weights } from '#shared/model/spec.ts';
import { weightAndBias } from './convolution.ts';

export interface MapContribution {
  /** The feature map, its weights for the class, and their products: [height, width] each. */
  inputs: Float32Array;
  weights: Float32Array;
  products: Float32Array;
  sum: number;
}

/**
 * Splits the logit of class `o` by feature map.
 * @param maps [channels, height, width] of the tensor before flatten
 */
export function logitContributions(
  layer: Linear,
  weights: Weights,
  input: Tensor,
  maps: Shape,
  o: number,
): { contributions: MapContribution[]; bias: number; value: number } {
  const [weight, bias] = weightAndBias(layer, weights);
  const size = maps.length === 3 ? maps[1] * maps[2] : layer.inFeatures;
  const contributions = Array.from({ length: layer.inFeatures / size }, (_, c): MapContribution => {
    const inputs = input.subarray(c * size, (c + 1) * size);
    const from = o * layer.inFeatures + c * size;
    const mapWeights = weight.subarray(from, from + size);
    const products = inputs.map((value, i) => value * mapWeights[i]);
    const sum = inputs.reduce((sum, value, i) => sum + value * mapWeights[i], 0);
    return { inputs, weights: mapWeights, products, sum };
  });
  const value = contributions.reduce((total, { sum }) => total + sum, bias[o]);
  return { contributions, bias: bias[o], value };
}
