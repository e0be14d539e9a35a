/** @file The optimizers as data, and their state between steps. Both are the same for all engines. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';

/** `torch.optim.SGD` without dampening: g ← gradient + weightDecay · w; v ← momentum · v + g; w ← w − learningRate · v. */
export interface Sgd {
  kind: 'sgd';
  learningRate: number;
  /** With 0, v is g, and the optimizer has no buffers. */
  momentum: number;
  weightDecay: number;
}

/**
 * `torch.optim.Adam` (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015): g ← gradient + weightDecay · w;
 * m ← beta1 · m + (1 − beta1) · g; v ← beta2 · v + (1 − beta2) · g²; after t steps
 * w ← w − learningRate / (1 − beta1ᵗ) · m / (√v / √(1 − beta2ᵗ) + epsilon).
 */
export interface Adam {
  kind: 'adam';
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
}

/** An optimizer with its hyperparameters. */
export type Optimizer = Sgd | Adam;

/** Returns SGD; the defaults are PyTorch's. */
export const sgd = (learningRate: number, { momentum = 0, weightDecay = 0 }: Partial<Sgd> = {}): Sgd => ({
  kind: 'sgd',
  learningRate,
  momentum,
  weightDecay,
});

/** Returns Adam; the defaults are PyTorch's. */
export const adam = (learningRate = 0.001, { weightDecay = 0 }: Partial<Adam> = {}): Adam => ({
  kind: 'adam',
  learningRate,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay,
});

/** The state of an optimizer between two steps. */
export interface OptimizerState {
  /** Number of steps done. */
  steps: number;
  /** Buffers by PyTorch's names. Each has one value for every weight. */
  buffers: ReadonlyMap<string, Weights>;
}

/** Returns the names of an optimizer's buffers, which are PyTorch's. */
export function bufferNames(optimizer: Optimizer): readonly string[] {
  if (optimizer.kind === 'adam') return ['exp_avg', 'exp_avg_sq'];
  return optimizer.momentum === 0 ? [] : ['momentum_buffer'];
}

/** Returns the state before the first step: all buffers are zero. */
export function freshState(optimizer: Optimizer, { parameters }: Network): OptimizerState {
  const zeros = () => new Map(parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
  return { steps: 0, buffers: new Map(bufferNames(optimizer).map((name) => [name, zeros()])) };
}
