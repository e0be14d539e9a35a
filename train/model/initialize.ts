/** @file Initial weights of a network, drawn as PyTorch's constructors draw them. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Generator } from '../random.ts';

/**
 * Draws Kaiming-uniform weights with a = √5, as `nn.Linear` and `nn.Conv2d` do: weights and biases are uniform in ±1/√fanIn. The layers
 * are drawn in order, the weight before the bias (torch/nn/modules/linear.py, conv.py; He et al., "Delving Deep into Rectifiers", 2015).
 */
export function initialWeights(network: Network, generator: Generator): Weights {
  return new Map(
    network.parameters.map(({ name, shape, fanIn }) => {
      const bound = 1 / Math.sqrt(fanIn);
      return [name, generator.uniform(sizeOf(shape), -bound, bound)];
    }),
  );
}
