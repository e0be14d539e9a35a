/** @file Tests shape inference, and the models of the zoo. */
import { describe, expect, it } from 'vitest';
import {
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  resolveNetwork,
  type Shape,
} from '#shared/model/spec.ts';
import { type ModelName, modelSpec } from '../../../train/model/zoo.ts';

const output = (input: Shape, ...layers: Layer[]) =>
  resolveNetwork({ name: 'test', input, modules: { layers } }).output;

describe('a model of the zoo', () => {
  it.each<[ModelName, number]>([
    ['v0', 7960],
    ['v1', 7960],
    ['tinyvgg', 7740],
  ])('%s has %i parameters', (name, count) => {
    expect(resolveNetwork(modelSpec(name)).parameterCount).toBe(count);
  });

  it('has the parameter names of the lab’s classes', () => {
    const names = resolveNetwork(modelSpec('tinyvgg')).parameters.map(({ name }) => name);
    expect(names.slice(0, 4)).toEqual([
      'block_1.0.weight',
      'block_1.0.bias',
      'block_1.2.weight',
      'block_1.2.bias',
    ]);
    expect(names.at(-1)).toBe('classifier.1.bias');
  });

  it('accepts another number of hidden units', () => {
    expect(resolveNetwork(modelSpec('tinyvgg', { hiddenUnits: 16 })).parameterCount).toBe(
      160 + 3 * (16 * 16 * 9 + 16) + 784 * 10 + 10,
    );
  });
});

describe('shape inference', () => {
  // The lab prints some of these shapes; the others follow from the formulas in PyTorch's documentation of Conv2d and MaxPool2d.
  it.each<[string, Shape, Layer, Shape]>([
    ['a convolution of the lab’s photo of a corgi', [3, 334, 515], conv2d(3, 10, 3), [10, 332, 513]],
    ['a convolution with six filters', [1, 28, 28], conv2d(1, 6, 3, { padding: 1 }), [6, 28, 28]],
    [
      'a convolution with padding same and an even kernel',
      [1, 28, 28],
      conv2d(1, 6, 4, { padding: 'same' }),
      [6, 28, 28],
    ],
    ['a convolution with padding valid', [3, 64, 64], conv2d(3, 10, 5, { padding: 'valid' }), [10, 60, 60]],
    ['a convolution with stride 2', [3, 64, 64], conv2d(3, 10, 3, { stride: 2, padding: 1 }), [10, 32, 32]],
    ['pooling', [10, 28, 28], maxPool2d(2), [10, 14, 14]],
    ['pooling of an image with odd sizes', [10, 7, 7], maxPool2d(2), [10, 3, 3]],
    ['overlapping pooling', [10, 7, 7], maxPool2d(3, { stride: 1 }), [10, 5, 5]],
    ['flatten', [10, 7, 7], flatten(), [490]],
  ])('infers the output of %s', (_, input, layer, expected) => {
    expect(output(input, layer)).toEqual(expected);
  });

  it.each<[string, Shape, Layer[], RegExp]>([
    [
      'a linear layer of the wrong size',
      [1, 28, 28],
      [flatten(), linear(100, 10)],
      /layers\.1 \(linear\): expected input \[100\], got input \[784\]/,
    ],
    ['a linear layer on an image', [1, 28, 28], [linear(784, 10)], /flatten layer before it/],
    [
      'the wrong number of channels',
      [1, 28, 28],
      [conv2d(3, 10, 3)],
      /expected input \[3, height, width\], got input \[1, 28, 28\]/,
    ],
    ['a kernel larger than the image', [1, 2, 2], [conv2d(1, 10, 5)], /at least 5×5/],
    [
      'padding same with a stride',
      [1, 28, 28],
      [conv2d(1, 1, 3, { stride: 2, padding: 'same' })],
      /stride 1 with padding 'same'/,
    ],
    ['a negative padding', [1, 28, 28], [conv2d(1, 1, 3, { padding: -1 })], /padding of 0 or more/],
    ['no output channels', [1, 28, 28], [conv2d(1, 0, 3)], /positive whole numbers/],
    ['pooling a vector', [10], [maxPool2d(2)], /input \[channels, height, width\]/],
  ])('refuses %s and names the layer', (_, input, layers, message) => {
    expect(() => output(input, ...layers)).toThrow(message);
  });
});
