/** @file An optimizer's numbers as the kernels take them (assembly/sgd.ts, adam.ts). */

import { ADAM, SGD } from '#shared/kernels/constants.ts';
import type { JobFields } from '#shared/kernels/plan.ts';
import type { Optimizer } from '../optimizer.ts';

/** Of the step number `step`, from 1; in double precision until they are stored, as PyTorch computes them. */
export function optimizerNumbers(optimizer: Optimizer, step: number): JobFields {
  const { kind, learningRate, weightDecay } = optimizer;
  if (kind === 'sgd') return { optimizer: SGD, learningRate, weightDecay, momentum: optimizer.momentum };
  const { beta1, beta2, epsilon } = optimizer;
  return {
    optimizer: ADAM,
    learningRate: learningRate / (1 - beta1 ** step),
    weightDecay,
    ...{ beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon },
    correction: Math.sqrt(1 - beta2 ** step),
  };
}
