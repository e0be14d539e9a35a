/** @file The kernels of a training step and of an inference, in the order of their dispatches. */
import type { Optimizer } from '../optimizer.ts';
import { convBackward, convForward } from './kernels/conv2d.wgsl.ts';
import { headForward, headStep } from './kernels/head.wgsl.ts';
import type { Kernel } from './kernels/kernel.ts';
import { poolBackward, poolForward } from './kernels/pool.wgsl.ts';
import { update } from './kernels/update.wgsl.ts';
import type { Stages } from './stages.ts';

export interface Plan {
  step: Kernel[];
  inference: Kernel[];
}

/**
 * Generates the kernels of a network. A step of TinyVGG has ten: four convolutions forward, the head with the loss, four convolutions
 * backward, and the optimizer.
 */
export function planOf(stages: Stages, optimizer: Optimizer): Plan {
  const forward = stages.stages.map((stage) =>
    stage.kind === 'conv2d' ? convForward(stage) : poolForward(stage),
  );
  const backward = stages.stages.flatMap((stage, i): Kernel[] => {
    const previous = stages.stages[i - 1];
    if (stage.kind === 'conv2d') return [convBackward(stage, previous)];
    return previous ? [poolBackward(stage, previous)] : [];
  });
  return {
    step: [...forward, headStep(stages), ...backward.reverse(), update(stages, optimizer)],
    inference: [...forward, headForward(stages)],
  };
}
