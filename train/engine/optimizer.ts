/** @file The optimizers as data, and their state between steps. Both are the same for all engines. */
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';

/** What all optimizers have. */
interface Common {
  learningRate: number;
  weightDecay: number;
  /**
   * Decay of the average of the weights: average ← averaging · average + (1 − averaging) · w after each step, beginning with zeros. 0 keeps
   * no average. `averageOf` corrects for the zeros. The decay is rounded to float32, so that all engines use the same one.
   */
  averaging: number;
}

/** `torch.optim.SGD` without dampening: g ← gradient + weightDecay · w; v ← momentum · v + g; w ← w − learningRate · v. */
export interface Sgd extends Common {
  kind: 'sgd';
  /** With 0, v is g, and there is no buffer for it. */
  momentum: number;
}

/**
 * `torch.optim.Adam` (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015): g ← gradient + weightDecay · w;
 * m ← beta1 · m + (1 − beta1) · g; v ← beta2 · v + (1 − beta2) · g²; after t steps
 * w ← w − learningRate / (1 − beta1ᵗ) · m / (√v / √(1 − beta2ᵗ) + epsilon).
 *
 * `torch.optim.AdamW` (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019) differs only in the weight decay:
 * g ← gradient, and w ← (1 − learningRate · weightDecay) · w before the step.
 */
export interface Adam extends Common {
  kind: 'adam' | 'adamw';
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** An optimizer with its hyperparameters. */
export type Optimizer = Sgd | Adam;

/** Returns SGD; the defaults are PyTorch's. */
export const sgd = (
  learningRate: number,
  { momentum = 0, weightDecay = 0, averaging = 0 }: Partial<Sgd> = {},
): Sgd => ({ kind: 'sgd', learningRate, momentum, weightDecay, averaging });

/** Returns Adam; the defaults are PyTorch's. */
export const adam = (learningRate = 0.001, { weightDecay = 0, averaging = 0 }: Partial<Adam> = {}): Adam => ({
  kind: 'adam',
  learningRate,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay,
  averaging,
});

/** Returns AdamW; the defaults are PyTorch's. */
export const adamw = (
  learningRate = 0.001,
  { weightDecay = 0.01, averaging = 0 }: Partial<Adam> = {},
): Adam => ({ ...adam(learningRate, { weightDecay, averaging }), kind: 'adamw' });

/** The state of an optimizer between two steps. */
export interface OptimizerState {
  /** Number of steps done. */
  steps: number;
  /** Buffers by PyTorch's names, and `average`. Each has one value for every weight. */
  buffers: ReadonlyMap<string, Weights>;
}

/** Name of the buffer with the average of the weights. */
const AVERAGE = 'average';

/** Returns the names of an optimizer's buffers, which are PyTorch's. The average of the weights is the last one. */
export function bufferNames(optimizer: Optimizer): readonly string[] {
  return [...ruleBuffers(optimizer), ...(optimizer.averaging > 0 ? [AVERAGE] : [])];
}

/** Returns the names of the buffers that the update rule needs. */
function ruleBuffers(optimizer: Optimizer): readonly string[] {
  if (optimizer.kind !== 'sgd') return ['exp_avg', 'exp_avg_sq'];
  return optimizer.momentum === 0 ? [] : ['momentum_buffer'];
}

/**
 * Returns the average of the weights of all steps so far, in which later weights count more: the exponential moving average of Kingma and
 * Ba, section 7.2, whose division by 1 − averagingᵗ removes the zeros that it began with. Undefined without an average, or before the
 * first step.
 */
export function averageOf({ averaging }: Optimizer, { steps, buffers }: OptimizerState): Weights | undefined {
  const average = buffers.get(AVERAGE);
  if (!average || steps === 0) return undefined;
  const share = 1 - Math.fround(averaging) ** steps;
  return new Map([...average].map(([name, values]) => [name, values.map((value) => value / share)]));
}

/** Returns the state before the first step: all buffers are zero. */
export function freshState(optimizer: Optimizer, { parameters }: Network): OptimizerState {
  const zeros = () => new Map(parameters.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]));
  return { steps: 0, buffers: new Map(bufferNames(optimizer).map((name) => [name, zeros()])) };
}
