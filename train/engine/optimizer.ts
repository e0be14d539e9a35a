/** @file The optimizers as data, and their state between steps. Both are the same for all engines. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { list } from '../format.ts';

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

export type SgdOptions = Partial<Omit<Sgd, 'kind' | 'learningRate'>>;
export type AdamOptions = Partial<Omit<Adam, 'kind' | 'learningRate'>>;

const SGD: Required<SgdOptions> = { momentum: 0, weightDecay: 0, averaging: 0 };
const ADAM: Required<AdamOptions> = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, averaging: 0 };

/**
 * Returns SGD; the defaults are PyTorch's.
 * @throws ExplainedError of kind `usage` for an unknown option, or a value out of its range
 */
export const sgd = (learningRate: number, options: SgdOptions = {}): Sgd =>
  checked({ kind: 'sgd', learningRate, ...withDefaults('sgd', SGD, options) });

/** Returns Adam; the defaults are PyTorch's. @throws as `sgd` */
export const adam = (learningRate = 0.001, options: AdamOptions = {}): Adam =>
  checked({ kind: 'adam', learningRate, ...withDefaults('adam', ADAM, options) });

/** Returns AdamW; the defaults are PyTorch's. @throws as `sgd` */
export const adamw = (learningRate = 0.001, options: AdamOptions = {}): Adam =>
  checked({
    kind: 'adamw',
    learningRate,
    ...withDefaults('adamw', { ...ADAM, weightDecay: 0.01 }, options),
  });

/** Returns the options, with defaults for those that are missing or undefined. */
function withDefaults<Options extends object>(
  kind: string,
  defaults: Options,
  options: Partial<Options>,
): Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.find(([name]) => !(name in defaults));
  if (!unknown) return { ...defaults, ...Object.fromEntries(given) };
  const names = Object.keys(defaults);
  throw invalid(kind, `only the options ${list(names)}`, unknown[0]);
}

const isShare = (value: number): boolean => value >= 0 && Math.fround(value) < 1;
const SHARE = { holds: isShare, range: 'at least 0 and below 1' };
const NON_NEGATIVE = { holds: (value: number) => value >= 0 && value < Infinity, range: 'at least 0' };

/** The range of each number of an optimizer. */
const RANGES: Record<Exclude<keyof Sgd | keyof Adam, 'kind'>, typeof SHARE> = {
  ...{ learningRate: NON_NEGATIVE, weightDecay: NON_NEGATIVE, epsilon: NON_NEGATIVE },
  ...{ momentum: SHARE, averaging: SHARE, beta1: SHARE, beta2: SHARE },
};

/**
 * Returns the optimizer.
 * @throws ExplainedError of kind `usage` when one of its numbers is out of its range
 */
export function checked<Kind extends Optimizer>(optimizer: Kind): Kind {
  for (const [name, { holds, range }] of Object.entries(RANGES)) {
    if (!(name in optimizer)) continue;
    const value: unknown = optimizer[name as keyof Kind];
    if (typeof value === 'number' && holds(value)) continue;
    const got = typeof value === 'number' ? `${value}` : (JSON.stringify(value) ?? typeof value);
    throw invalid(optimizer.kind, `${name}: a number of ${range}`, got);
  }
  return optimizer;
}

const invalid = (kind: string, expected: string, got: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: `cannot use the optimizer ${kind}`,
    expected,
    got,
    next: `The learning rate comes first, and options follow, such as ${kind}(0.01, { ${kind === 'sgd' ? 'momentum: 0.9' : 'beta1: 0.9'} }).`,
  });

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
