/** @file Checks that stop a training: the network must fit the data, losses and weights must be finite. */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Split } from '../dataset/split.ts';

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

/** @throws ExplainedError of kind `divergence` */
export function requireFiniteLoss(loss: number, epoch: number): void {
  if (!Number.isFinite(loss)) throw divergence(`epoch ${epoch}`, 'loss', loss);
}

/** @throws ExplainedError of kind `divergence` naming the parameter */
export function requireFiniteWeights(weights: Weights): void {
  for (const [name, values] of weights) {
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw divergence(name, 'weight', bad);
  }
}

function divergence(where: string, what: string, got: number): ExplainedError {
  return new ExplainedError({
    kind: 'divergence',
    what: `training diverged: ${where}`,
    expected: `a finite ${what}`,
    got: `${got}`,
    next: 'Use a smaller learning rate. Earlier checkpoints are kept.',
  });
}
