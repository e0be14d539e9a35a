/** @file Initial weights of a network. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Generator } from '../random.ts';

/** Bounds of the uniform distributions that a layer's weights and biases are drawn from. */
const BOUNDS = {
  /** As PyTorch's constructors `nn.Linear` and `nn.Conv2d` do: Kaiming-uniform weights with a = √5 (torch/nn/modules/linear.py, conv.py). */
  pytorch: (fanIn: number) => ({ weight: 1 / Math.sqrt(fanIn), bias: 1 / Math.sqrt(fanIn) }),
  /**
   * As `nn.init.kaiming_uniform_` does with `nonlinearity='relu'`: the signal keeps its size through many layers with a ReLU (He et al.,
   * "Delving Deep into Rectifiers", 2015). The biases are 0.
   */
  he: (fanIn: number) => ({ weight: Math.sqrt(6 / fanIn), bias: 0 }),
};

export type Initialization = keyof typeof BOUNDS;
export const INITIALIZATIONS = Object.keys(BOUNDS) as Initialization[];

/** Draws the weights of a network. The layers are drawn in order, the weight before the bias. */
export function initialWeights(
  network: Network,
  generator: Generator,
  initialization: Initialization = 'pytorch',
): Weights {
  return new Map(
    network.parameters.map(({ name, shape, fanIn }) => {
      const { weight, bias } = BOUNDS[initialization](fanIn);
      const bound = shape.length > 1 ? weight : bias;
      return [name, generator.uniform(sizeOf(shape), -bound, bound)];
    }),
  );
}
