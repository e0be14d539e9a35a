/** @file The selected kernel: its weights, and the changes of the state when a visitor selects, edits or resizes a kernel. */
import type { Conv } from '#shared/model/forward.ts';
import { type Network, paddingOf } from '#shared/model/spec.ts';
import { weightAndBias } from './convolution.ts';
import type { Model } from './model.ts';
import { embed, PRESETS } from './preset-kernels.ts';
import { clampWeight, type State } from './state.ts';

/** A kernel of the network. All numbers count from 0. */
export interface LearnedKernel {
  /** Index among the convolutions. */
  layer: number;
  /** Output channel. */
  to: number;
  /** Input channel. */
  from: number;
}

export const convolutionsOf = ({ layers }: Network): Conv[] =>
  layers.filter((layer) => layer.kind === 'conv2d');

const DEFAULT = 'left';

/** Kernel sizes of figure 2. */
const SIZES = [1, 3, 5, 7];

/** Returns whether figure 2 can show a kernel of a layer: its window has a centre. */
export const canSelect = ({ kernelSize }: Conv): boolean => SIZES.includes(kernelSize);

/** Returns the size² weights of the selected kernel. An unknown id selects the default kernel. */
export function selectedKernel(
  { kernel, weights, size }: Pick<State, 'kernel' | 'weights' | 'size'>,
  model: Model,
): Float32Array<ArrayBuffer> {
  if (kernel === 'own' && weights.length > 0) return Float32Array.from(embed(weights, size));
  const learned = parseLearnedId(kernel);
  const found = learned && learnedWeights(model, learned);
  if (found) return found.length === size ** 2 ? found : Float32Array.from(embed(Array.from(found), size));
  const preset = PRESETS.find(({ id }) => id === kernel) ?? PRESETS.find(({ id }) => id === DEFAULT);
  return Float32Array.from(preset?.weights(size) ?? []);
}

/** Writes `learned-<layer>-<output channel>-<input channel>`, counted from 1. */
export const learnedId = ({ layer, to, from }: LearnedKernel): string =>
  `learned-${layer + 1}-${to + 1}-${from + 1}`;

/** Parses an id of `learnedId`; undefined for any other kernel. */
export function parseLearnedId(kernel: string): LearnedKernel | undefined {
  const [, ...numbers] = /^learned-(\d+)-(\d+)-(\d+)$/.exec(kernel) ?? [];
  if (numbers.length === 0) return undefined;
  const [layer, to, from] = numbers.map((text) => Number(text) - 1);
  return { layer, to, from };
}

/** Returns the weights of a kernel of the network; undefined when the network has no such kernel. */
export function learnedWeights(
  { network, weights }: Model,
  { layer, to, from }: LearnedKernel,
): Float32Array<ArrayBuffer> | undefined {
  const convolution = convolutionsOf(network)[layer];
  if (
    !convolution ||
    !canSelect(convolution) ||
    !(to < convolution.outChannels) ||
    !(from < convolution.inChannels)
  )
    return undefined;
  const size = convolution.kernelSize ** 2;
  const start = (to * convolution.inChannels + from) * size;
  return weightAndBias(convolution, weights)[0].slice(start, start + size);
}

/** Selects a kernel of the network, with the stride, padding and bias of its layer. */
export function selectLearned(model: Model, learned: LearnedKernel): Partial<State> {
  const convolution = convolutionsOf(model.network)[learned.layer];
  // A layer with several input channels adds its bias once, to the sum over all of them, and not per kernel.
  const bias = convolution.inChannels === 1 ? weightAndBias(convolution, model.weights)[1][learned.to] : 0;
  const [padding] = paddingOf(convolution);
  return {
    kernel: learnedId(learned),
    size: convolution.kernelSize,
    stride: convolution.stride,
    padding,
    bias,
  };
}

/** Changes one weight. The kernel becomes a custom kernel, with the id `own`. */
export function editWeight(kernel: ArrayLike<number>, index: number, value: number): Partial<State> {
  const weights = Array.from(kernel, (weight) => Number(weight.toFixed(4)));
  weights[index] = clampWeight(value);
  return { kernel: 'own', weights };
}

/** Resizes the kernel. A preset is generated at the new size; any other kernel is padded with zeros or cropped. */
export function resizeKernel(state: State, model: Model, size: number): Partial<State> {
  if (PRESETS.some(({ id }) => id === state.kernel)) return { size };
  return { size, kernel: 'own', weights: embed(Array.from(selectedKernel(state, model)), size) };
}
