/** @file The lab's three networks, with the parameter names of the lab's classes, and a network for pictures of anything. */
import {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  type Padding,
  relu,
  resolveNetwork,
  type Shape,
  sizeOf,
} from '#shared/model/spec.ts';
import type { Dataset } from '../dataset/split.ts';

export interface ZooSizes {
  /** [channels, height, width] of an image. */
  input: Shape;
  /** Number of classes. */
  classes: number;
  /** Channels of the hidden convolutions, or outputs of the hidden linear layer. */
  hiddenUnits: number;
  /** Edge of the filters of tinyvgg. */
  kernelSize: number;
  /** Zeros around the images in tinyvgg: as many as keep the size, or none. */
  padding: ZooPadding;
}

export const ZOO_PADDINGS = ['same', 'none'] as const;
export type ZooPadding = (typeof ZOO_PADDINGS)[number];

/** The lab's sizes. */
const LAB: ZooSizes = { input: [1, 28, 28], classes: 10, hiddenUnits: 10, kernelSize: 3, padding: 'same' };

/** FashionMNISTModelV0: 7,960 parameters. */
function v0({ input, classes, hiddenUnits: hidden }: ZooSizes): ModelSpec {
  return {
    name: 'v0',
    input,
    modules: {
      layer_stack: [
        flatten(), //            [784]
        linear(sizeOf(input), hidden), //  [10]
        linear(hidden, classes), // [10]
      ],
    },
  };
}

/**
 * FashionMNISTModelV1: 7,960 parameters. The lab's text describes a second ReLU at the end, but its code and its printed numbers have
 * none. It is left out here too: it would set every negative logit to 0.
 */
function v1({ input, classes, hiddenUnits: hidden }: ZooSizes): ModelSpec {
  return {
    name: 'v1',
    input,
    modules: {
      layer_stack: [
        flatten(), //            [784]
        linear(sizeOf(input), hidden), //  [10]
        relu(),
        linear(hidden, classes), // [10]
      ],
    },
  };
}

/**
 * FashionMNISTModelV2: 7,740 parameters. On RGB images of 64 × 64 pixels, without padding, it is the TinyVGG of CNN Explainer
 * (poloclub.github.io/cnn-explainer).
 */
function tinyvgg({ input, classes, hiddenUnits: hidden, kernelSize, padding }: ZooSizes): ModelSpec {
  const block = (channels: number) => [
    conv2d(channels, hidden, kernelSize, { padding: paddingFor(kernelSize, padding) }), // [10, 28, 28]
    relu(),
    conv2d(hidden, hidden, kernelSize, { padding: paddingFor(kernelSize, padding) }), //   [10, 28, 28]
    relu(),
    maxPool2d(2), //                                                                      [10, 14, 14]
  ];
  const [channels] = input;
  const blocks = { name: 'tinyvgg', input, modules: { block_1: block(channels), block_2: block(hidden) } };
  const features = sizeOf(resolveNetwork(blocks).output); // 490
  return { ...blocks, modules: { ...blocks.modules, classifier: [flatten(), linear(features, classes)] } };
}

/** Channels of photonet's convolutions. */
const PHOTONET_CHANNELS = [12, 24, 32, 48, 56];

/**
 * For a few hundred pictures of anything: five 3×3 convolutions, each with a ReLU and a max pooling. 50,266 parameters on RGB images of
 * 64 × 64 pixels. An image of less than 32 pixels gets as many of these blocks as leave a pixel: four for 28 × 28.
 */
function photonet({ input, classes }: ZooSizes): ModelSpec {
  const [channels, height, width] = input;
  const halvings = Math.floor(Math.log2(Math.min(height, width)));
  const blocks = PHOTONET_CHANNELS.slice(0, halvings).map((filters, i, all) => [
    conv2d(i === 0 ? channels : all[i - 1], filters, 3, { padding: 1 }), // [12, 64, 64]
    relu(),
    maxPool2d(2), //                                                        [12, 32, 32]
  ]);
  const modules = Object.fromEntries(blocks.map((block, i) => [`block_${i + 1}`, block]));
  const features = sizeOf(resolveNetwork({ name: 'photonet', input, modules }).output); // 224
  return {
    name: 'photonet',
    input,
    modules: { ...modules, classifier: [flatten(), linear(features, classes)] },
  };
}

/** Returns a number of zeros where it is the same on both sides. */
function paddingFor(kernelSize: number, padding: ZooPadding): Padding {
  if (padding === 'none') return 0;
  return kernelSize % 2 === 1 ? (kernelSize - 1) / 2 : 'same';
}

/** Returns the sizes that a data set requires. */
export const sizesOf = ({
  shape,
  classes,
}: Pick<Dataset, 'shape' | 'classes'>): Pick<ZooSizes, 'input' | 'classes'> => ({
  input: shape,
  classes: classes.length,
});

const LAB_BUILDERS = { v0, v1, tinyvgg };
const BUILDERS = { ...LAB_BUILDERS, photonet };

export type LabModelName = keyof typeof LAB_BUILDERS;
export type ModelName = keyof typeof BUILDERS;

/** Names of the lab's networks. */
export const LAB_MODELS = Object.keys(LAB_BUILDERS) as LabModelName[];

/** Names of all networks. */
export const MODEL_NAMES = Object.keys(BUILDERS) as ModelName[];

/** Returns the specification of a network. The default sizes are the lab's. */
export function modelSpec(name: ModelName, sizes: Partial<ZooSizes> = {}): ModelSpec {
  return BUILDERS[name]({ ...LAB, ...sizes });
}
