/** @file Small networks for tests of the engines. */
import { conv2d, flatten, linear, type ModelSpec, maxPool2d, relu } from '../../../shared/model/spec.ts';

/** Networks with every layer kind, every option and every kind of neighbouring layers, small enough for finite differences. */
export const BASIC_NETWORKS: ModelSpec[] = [
  { name: 'linear', input: [2, 3, 3], modules: { a: [flatten(), linear(18, 5), relu(), linear(5, 4)] } },
  {
    name: 'padding 1, pooling',
    input: [1, 6, 6],
    modules: { a: [conv2d(1, 3, 3, { padding: 1 }), relu(), maxPool2d(2), flatten(), linear(27, 4)] },
  },
  {
    name: 'even kernel, padding same, odd pooling',
    input: [2, 5, 7],
    modules: { a: [conv2d(2, 3, 4, { padding: 'same' }), relu(), maxPool2d(2), flatten(), linear(18, 4)] },
  },
  {
    name: 'stride 2, padding 2, overlapping pooling',
    input: [2, 9, 8],
    modules: {
      a: [conv2d(2, 3, 5, { stride: 2, padding: 2 }), maxPool2d(3, { stride: 1 }), flatten(), linear(18, 4)],
    },
  },
  {
    // Layers with SIMD kernels, in sizes that are no multiple of a vector, a block or a group of channels.
    name: 'odd sizes, three convolutions',
    input: [3, 7, 9],
    modules: {
      a: [conv2d(3, 5, 3, { padding: 1 }), relu(), conv2d(5, 7, 3, { padding: 1 }), maxPool2d(2)],
      b: [conv2d(7, 2, 3, { padding: 'same' }), relu(), flatten(), linear(24, 6), relu(), linear(6, 4)],
    },
  },
  {
    name: 'pooling twice',
    input: [2, 13, 10],
    modules: {
      a: [maxPool2d(2), conv2d(2, 3, 3, { padding: 1 }), relu(), maxPool2d(2), flatten(), linear(18, 4)],
    },
  },
  {
    name: '3×3 between poolings of other sizes',
    input: [2, 11, 10],
    modules: {
      a: [maxPool2d(3, { stride: 2 }), conv2d(2, 3, 3, { padding: 1 }), relu(), maxPool2d(2, { stride: 3 })],
      b: [flatten(), linear(6, 4)],
    },
  },
  {
    name: 'a convolution with more padding than filter',
    input: [1, 3, 4],
    modules: { a: [conv2d(1, 2, 2, { stride: 3, padding: 3 }), flatten(), linear(18, 3)] },
  },
  {
    name: 'ReLU after pooling, twice',
    input: [1, 6, 5],
    modules: { a: [conv2d(1, 3, 3, { padding: 1 }), maxPool2d(2), relu(), relu(), flatten(), linear(18, 4)] },
  },
  {
    name: 'ReLU first, and after a flatten',
    input: [2, 3, 5],
    modules: { a: [relu(), conv2d(2, 2, 3, { padding: 1 }), flatten(), relu(), linear(30, 4)] },
  },
  {
    name: '3×3 last',
    input: [1, 3, 2],
    modules: { a: [conv2d(1, 2, 3, { padding: 1 }), relu(), conv2d(2, 1, 3, { padding: 1 }), flatten()] },
  },
  {
    name: '3×3 and ReLU last',
    input: [2, 2, 2],
    modules: { a: [conv2d(2, 2, 3, { padding: 1 }), relu(), flatten()] },
  },
  {
    name: 'pooling last',
    input: [1, 5, 4],
    modules: { a: [conv2d(1, 2, 3, { padding: 1 }), maxPool2d(2), flatten()] },
  },
  {
    name: 'one pixel',
    input: [3, 1, 1],
    modules: { a: [conv2d(3, 4, 3, { padding: 1 }), relu(), conv2d(4, 3, 1), flatten(), linear(3, 2)] },
  },
];

/**
 * The same, with further neighbours of layers. The cpu engine has SIMD kernels for some layers only. Those read and write planes with zeros
 * around them, others do not. Other engines have no such cases.
 */
export const NETWORKS: ModelSpec[] = [
  ...BASIC_NETWORKS,
  {
    name: 'two convolutions, valid',
    input: [1, 8, 8],
    modules: {
      a: [conv2d(1, 3, 3), relu(), conv2d(3, 2, 2, { padding: 'valid' }), flatten(), linear(50, 4)],
    },
  },
  {
    name: '5×5 before 3×3 before 2×2',
    input: [2, 7, 6],
    modules: {
      a: [conv2d(2, 3, 5, { padding: 2 }), relu(), conv2d(3, 4, 3, { padding: 1 }), relu()],
      b: [conv2d(4, 2, 2, { stride: 2 }), relu(), flatten(), linear(18, 4)],
    },
  },
  {
    name: 'no padding, as in CNN Explainer',
    input: [3, 8, 10],
    modules: {
      a: [conv2d(3, 8, 3), relu(), conv2d(8, 9, 3), relu(), maxPool2d(2)],
      b: [conv2d(9, 3, 3, { padding: 1 }), relu(), flatten(), linear(18, 4)],
    },
  },
  {
    name: 'no padding before pooling of odd sizes and before a linear layer',
    input: [2, 9, 11],
    modules: {
      a: [conv2d(2, 3, 3, { padding: 1 }), conv2d(3, 2, 3), maxPool2d(2), conv2d(2, 3, 3), relu()],
      b: [flatten(), linear(6, 4)],
    },
  },
  {
    name: 'padding 1 after no padding',
    input: [2, 6, 7],
    modules: {
      a: [conv2d(2, 3, 3), relu(), conv2d(3, 2, 3, { padding: 1 }), conv2d(2, 2, 3), relu()],
      b: [flatten(), linear(12, 4)],
    },
  },
  {
    name: 'ReLU before a convolution without SIMD, and last',
    input: [1, 5, 5],
    modules: {
      a: [conv2d(1, 3, 3, { padding: 1 }), relu(), conv2d(3, 1, 4), flatten(), linear(4, 5), relu()],
    },
  },
  { name: 'one linear layer', input: [1, 3, 3], modules: { a: [flatten(), linear(9, 3)] } },
  { name: '2×2 last', input: [1, 3, 4], modules: { a: [conv2d(1, 2, 2), flatten()] } },
  {
    // The cpu engine uses Winograd's convolution: 2×3 tiles, an odd number of channels.
    name: 'eight and nine channels',
    input: [1, 4, 6],
    modules: {
      a: [conv2d(1, 8, 3, { padding: 1 }), relu(), conv2d(8, 9, 3, { padding: 1 }), relu()],
      b: [conv2d(9, 8, 3, { padding: 1 }), maxPool2d(2), flatten(), linear(48, 4)],
    },
  },
];
