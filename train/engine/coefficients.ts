/** @file The coefficients of an optimizer's step as the kernels of the cpu and the webgpu engine take them. */
import { ADAM, SGD } from '#shared/kernels/constants.ts';
import type { JobFields } from '#shared/kernels/plan.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Returns the coefficients of one step (shared/kernels/assembly/sgd.ts, adam.ts). Like PyTorch's they are computed in double precision;
 * the kernels store them as float32.
 * @param step number of the step, from 1
 */
export function optimizerCoefficients(optimizer: Optimizer, step: number): JobFields {
  const { kind, learningRate, weightDecay, averaging } = optimizer;
  if (kind === 'sgd')
    return { optimizer: SGD, learningRate, weightDecay, averaging, momentum: optimizer.momentum };
  const { beta1, beta2, epsilon } = optimizer;
  const isDecoupled = kind === 'adamw';
  return {
    optimizer: ADAM,
    learningRate: learningRate / (1 - beta1 ** step),
    weightDecay: isDecoupled ? 0 : weightDecay,
    keep: isDecoupled ? 1 - learningRate * weightDecay : 1,
    averaging,
    ...{ beta1, rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon },
    correction: Math.sqrt(1 - beta2 ** step),
  };
}
