/** @file Which kernel is chosen, and what choosing and editing do to it. */
import type { Conv } from '#shared/model/forward.ts';
import { type Network, paddingOf } from '#shared/model/spec.ts';
import { valuesOf } from './convolution.ts';
import { embed, PRESETS } from './kernels.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';

/** A kernel of the network: which convolution (counted from 0), to which map, from which. */
export interface LearnedKernel {
  layer: number;
  to: number;
  from: number;
}

export const convolutionsOf = ({ layers }: Network): Conv[] =>
  layers.filter((layer) => layer.kind === 'conv2d');

const DEFAULT = 'left';

/** The kernel's weights, size² of them; an id that means nothing means the kernel of the first visit. */
export function kernelNow(
  { kernel, weights, size }: Pick<State, 'kernel' | 'weights' | 'size'>,
  model: Model,
): Float32Array<ArrayBuffer> {
  if (kernel === 'own' && weights.length > 0) return Float32Array.from(embed(weights, size));
  const learned = learnedOf(kernel);
  const found = learned && learnedWeights(model, learned);
  if (found) return found.length === size ** 2 ? found : Float32Array.from(embed(Array.from(found), size));
  const preset = PRESETS.find(({ id }) => id === kernel) ?? PRESETS.find(({ id }) => id === DEFAULT);
  return Float32Array.from(preset?.weights(size) ?? []);
}

export const learnedId = ({ layer, to, from }: LearnedKernel): string =>
  `learned-${layer + 1}-${to + 1}-${from + 1}`;

export function learnedOf(kernel: string): LearnedKernel | undefined {
  const [, ...numbers] = /^learned-(\d+)-(\d+)-(\d+)$/.exec(kernel) ?? [];
  if (numbers.length === 0) return undefined;
  const [layer, to, from] = numbers.map((text) => Number(text) - 1);
  return { layer, to, from };
}

/** The weights of a kernel of the network; undefined when it has no such kernel. */
export function learnedWeights(
  { network, weights }: Model,
  { layer, to, from }: LearnedKernel,
): Float32Array<ArrayBuffer> | undefined {
  const convolution = convolutionsOf(network)[layer];
  if (!convolution || !(to < convolution.outChannels) || !(from < convolution.inChannels)) return undefined;
  const size = convolution.kernelSize ** 2;
  const start = (to * convolution.inChannels + from) * size;
  return valuesOf(convolution, weights)[0].slice(start, start + size);
}

/** Choosing a kernel of the network takes over how the network uses it. */
export function chooseLearned(model: Model, learned: LearnedKernel): Partial<State> {
  const convolution = convolutionsOf(model.network)[learned.layer];
  // A deeper layer adds its bias once, to the sum over all its inputs.
  const bias = convolution.inChannels === 1 ? valuesOf(convolution, model.weights)[1][learned.to] : 0;
  const [padding] = paddingOf(convolution);
  return {
    kernel: learnedId(learned),
    size: convolution.kernelSize,
    stride: convolution.stride,
    padding,
    bias,
  };
}

/** A weight set by hand makes the kernel one's own. */
export function editWeight(kernel: ArrayLike<number>, index: number, value: number): Partial<State> {
  const weights = Array.from(kernel, (weight) => Number(weight.toFixed(4)));
  weights[index] = value;
  return { kernel: 'own', weights };
}

/** Another size: a kernel known by name is made at that size, any other gets zeros around it or loses its rim. */
export function resizeKernel(state: State, model: Model, size: number): Partial<State> {
  if (PRESETS.some(({ id }) => id === state.kernel)) return { size };
  return { size, kernel: 'own', weights: embed(Array.from(kernelNow(state, model)), size) };
}
