/** @file The lab's three networks, with the parameter names of the lab's classes. */
import { IMAGE_SIZE, LABELS } from '#shared/labels.ts';
import { conv2d, flatten, linear, type ModelSpec, maxPool2d, relu } from '#shared/model/spec.ts';

const HIDDEN_UNITS = 10;
const CLASSES = LABELS.length;
const INPUT = [1, IMAGE_SIZE, IMAGE_SIZE];

/** FashionMNISTModelV0: 7,960 parameters. */
function v0(hidden: number): ModelSpec {
  return {
    name: 'v0',
    input: INPUT,
    modules: {
      layer_stack: [
        flatten(), //            [784]
        linear(784, hidden), //  [10]
        linear(hidden, CLASSES), // [10]
      ],
    },
  };
}

/**
 * FashionMNISTModelV1: 7,960 parameters. The lab's text describes a second ReLU at the end, but its code and its printed numbers have
 * none. It is left out here too: it would set every negative logit to 0.
 */
function v1(hidden: number): ModelSpec {
  return {
    name: 'v1',
    input: INPUT,
    modules: {
      layer_stack: [
        flatten(), //            [784]
        linear(784, hidden), //  [10]
        relu(),
        linear(hidden, CLASSES), // [10]
      ],
    },
  };
}

/** FashionMNISTModelV2, the TinyVGG of CNN Explainer (poloclub.github.io/cnn-explainer): 7,740 parameters. */
function tinyvgg(hidden: number): ModelSpec {
  return {
    name: 'tinyvgg',
    input: INPUT,
    modules: {
      block_1: [
        conv2d(1, hidden, 3, { padding: 1 }), //      [10, 28, 28]
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
        linear(hidden * 7 * 7, CLASSES), //           [10]
      ],
    },
  };
}

const BUILDERS = { v0, v1, tinyvgg };

/** Name of a network of the lab. */
export type ModelName = keyof typeof BUILDERS;

/** Names of the lab's networks. */
export const MODEL_NAMES = Object.keys(BUILDERS) as ModelName[];

/** Returns the specification of a network. The default number of hidden units is the lab's. */
export function modelSpec(name: ModelName, hiddenUnits: number = HIDDEN_UNITS): ModelSpec {
  return BUILDERS[name](hiddenUnits);
}
