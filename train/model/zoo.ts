/** @file The lab's three networks, with the parameter names of the lab's classes. */
import {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  relu,
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
}

/** The lab's sizes. */
const LAB: ZooSizes = { input: [1, 28, 28], classes: 10, hiddenUnits: 10 };

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

/** FashionMNISTModelV2, the TinyVGG of CNN Explainer (poloclub.github.io/cnn-explainer): 7,740 parameters. */
function tinyvgg({ input, classes, hiddenUnits: hidden }: ZooSizes): ModelSpec {
  const [channels, height, width] = input;
  return {
    name: 'tinyvgg',
    input,
    modules: {
      block_1: [
        conv2d(channels, hidden, 3, { padding: 1 }), //      [10, 28, 28]
        relu(),
        conv2d(hidden, hidden, 3, { padding: 1 }), // [10, 28, 28]
        relu(),
        maxPool2d(2), //                              [10, 14, 14]
      ],
      block_2: [
        conv2d(hidden, hidden, 3, { padding: 1 }), // [10, 14, 14]
        relu(),
        conv2d(hidden, hidden, 3, { padding: 1 }), // [10, 14, 14]
        relu(),
        maxPool2d(2), //                              [10, 7, 7]
      ],
      classifier: [
        flatten(), //                                 [490]
        linear(hidden * Math.floor(height / 4) * Math.floor(width / 4), classes), // [10]
      ],
    },
  };
}

/** Returns the sizes that a data set requires. */
export const sizesOf = ({
  shape,
  classes,
}: Pick<Dataset, 'shape' | 'classes'>): Omit<ZooSizes, 'hiddenUnits'> => ({
  input: shape,
  classes: classes.length,
});

const BUILDERS = { v0, v1, tinyvgg };

/** Name of a network of the lab. */
export type ModelName = keyof typeof BUILDERS;

/** Names of the lab's networks. */
export const MODEL_NAMES = Object.keys(BUILDERS) as ModelName[];

/** Returns the specification of a network. The default sizes are the lab's. */
export function modelSpec(name: ModelName, sizes: Partial<ZooSizes> = {}): ModelSpec {
  return BUILDERS[name]({ ...LAB, ...sizes });
}
