/** @file Checks that stop a training: the network must fit the data, losses and weights must be finite. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Split } from '../dataset/split.ts';
import type { Selection } from './selection.ts';

/**
 * @throws ExplainedError of kind `model` when the network has another input size or fewer classes than the data, or another number of
 * classes than its targets
 */
export function requireFit(
  { name, input, output }: Network,
  { images, labels, targets, count }: Split,
): void {
  const pixels = images.length / count;
  const classes = targets ? targets.length / count : labels.reduce((a, b) => Math.max(a, b), 0) + 1;
  const fits = targets ? output[0] === classes : output[0] >= classes;
  if (pixels === sizeOf(input) && output.length === 1 && fits) return;
  throw new ExplainedError({
    kind: 'model',
    what: `${name} does not fit the data`,
    expected: `an input of ${pixels} pixels and an output of ${targets ? '' : 'at least '}${classes} classes`,
    got: `input [${input.join(', ')}], output [${output.join(', ')}]`,
    next: 'Change the first or the last layer of the network.',
  });
}

/** @throws ExplainedError of kind `usage` when the best epoch is to be taken, and there is none */
export function requireBest(select: Selection | undefined, has: boolean): void {
  if (select !== 'best' || has) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot take the best epoch',
    expected: 'validation images, and a checkpoint that was written with them',
    got: 'none',
    next: 'Take the last epoch, or train again with validation images.',
  });
}

/** Where a training was when a number was not finite: `epoch` from 0, and the number of `step`s since it began. */
interface Place {
  epoch: number;
  step: number;
}

/** The error with which a training ends that diverged. */
export class Divergence extends ExplainedError {
  readonly epoch: number;
  readonly step: number;

  constructor({ epoch, step }: Place, what: string, got: number) {
    super({
      kind: 'divergence',
      what: `training diverged: epoch ${epoch}, step ${step}`,
      expected: `a finite ${what}`,
      got: `${got}`,
      next: 'Use a smaller learning rate. Earlier checkpoints are kept.',
    });
    this.epoch = epoch;
    this.step = step;
  }
}

/** @throws Divergence */
export function requireFiniteLoss(loss: number, place: Place, what = 'loss'): void {
  if (!Number.isFinite(loss)) throw new Divergence(place, what, loss);
}

/** @throws Divergence naming the parameter */
export function requireFiniteWeights(weights: Weights, place: Place): void {
  for (const [name, values] of weights) {
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new Divergence(place, `weight in ${name}`, bad);
  }
}
