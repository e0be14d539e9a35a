/** @file The random filters of a new convolution, as PyTorch draws them, and their network of one layer. */
import { forward, type Tensor } from '#shared/model/forward.ts';
import {
  conv2d,
  type Network,
  resolveNetwork,
  type Shape,
  sizeOf,
  type Weights,
} from '#shared/model/spec.ts';
import { Generator } from '#shared/random.ts';

export const FILTERS = 10;
const KERNEL_SIZE = 3;

/** Returns the network `nn.Conv2d(channels, 10, kernel_size=3)`. @param input [channels, height, width] */
export const filterNetwork = (input: Shape): Network =>
  resolveNetwork({ name: 'filters', input, modules: { conv: [conv2d(input[0], FILTERS, KERNEL_SIZE)] } });

/**
 * Draws the weights that `torch.manual_seed(seed); nn.Conv2d(channels, 10, kernel_size=3)` draws: first the weights, then the biases, all
 * uniform in ±1/√(channels · 3 · 3) (torch/nn/modules/conv.py, reset_parameters).
 */
export function randomFilters({ parameters }: Network, seed: number): Weights {
  const generator = Generator.seeded(seed);
  return new Map(
    parameters.map(({ name, shape, fanIn }) => {
      const bound = 1 / Math.sqrt(fanIn);
      return [name, generator.uniform(sizeOf(shape), -bound, bound)];
    }),
  );
}

/** Applies the filters. @returns [10, height − 2, width − 2] */
export const applyFilters = (network: Network, weights: Weights, input: Tensor): Tensor =>
  forward(network, weights, input, 1)[1];
