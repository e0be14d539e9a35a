/** @file Tests the inference kernels on ONNX graphs: against onnxruntime, and with graphs that they do not support. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web/wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileInference, planInference, prepareInference } from '#shared/kernels/inference.ts';
import {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  relu,
  resolveNetwork,
  sizeOf,
} from '#shared/model/spec.ts';
import {
  AttributeType,
  DataType,
  decodeModel,
  encodeModel,
  type Model,
  type Node,
} from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { MODEL_NAMES, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { exportOnnx } from '../../../train/release/export.ts';
import { onnxPredictor } from '../../../train/release/onnxruntime.ts';
import { describeWithData } from '../../support/data.ts';

let module: Awaited<ReturnType<typeof compileInference>>;
beforeAll(async () => {
  module = await compileInference(new Uint8Array(await readFile('shared/kernels/build/inference.wasm')));
});

const noise = Generator.seeded(9);
const randomImages = (count: number) =>
  Float32Array.from({ length: count }, () => (noise.random() & 0xff) / 255);

function onKernels(file: Uint8Array) {
  const { network, weights } = networkOf(decodeModel(file));
  return { network, infer: prepareInference(module, planInference(network), weights).infer };
}

async function inOnnxruntime(file: Uint8Array, images: Float32Array, dims: number[]): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(file);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const results = await session.run({ [input]: new ort.Tensor('float32', images, dims) });
  return results[output].data as Float32Array;
}

function expectClose(got: Float32Array, expected: Float32Array, tolerance: number): void {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(Math.abs(got[i] - value)).toBeLessThan(tolerance);
}

const SPECS: ModelSpec[] = [
  ...MODEL_NAMES.map((name) => modelSpec(name)),
  modelSpec('tinyvgg', { hiddenUnits: 7 }),
  { ...modelSpec('photonet', { input: [3, 64, 64] }), name: 'photonet of pictures' },
  // Large enough for Winograd's convolution.
  { ...modelSpec('tinyvgg', { input: [3, 64, 64], padding: 'none' }), name: 'CNN Explainer' },
  { ...modelSpec('tinyvgg', { input: [1, 34, 30], hiddenUnits: 9 }), name: 'odd channels' },
  {
    name: 'unusual',
    input: [2, 13, 11],
    modules: {
      a: [
        conv2d(2, 3, 4, { padding: 'same' }),
        relu(),
        conv2d(3, 4, 3, { stride: 2, padding: 2 }),
        maxPool2d(3, { stride: 1 }),
        conv2d(4, 2, 2, { padding: 'valid' }),
        flatten(),
        linear(40, 6),
        relu(),
      ],
    },
  },
];

describe.each(SPECS)('the graph of $name', (spec) => {
  it.each([1, 3])('has the logits of onnxruntime for %i images', async (count) => {
    const network = resolveNetwork(spec);
    const file = exportOnnx(network, initialWeights(network, Generator.seeded(4)));
    const images = randomImages(count * sizeOf(network.input));
    const expected = await inOnnxruntime(file, images, [count, ...network.input]);
    const { infer } = onKernels(file);
    expectClose(infer(images, count), expected, 1e-5);
    // A second call returns the same: the first one leaves no state behind.
    expectClose(infer(images, count), expected, 1e-5);
  });
});

/** Returns a model as other exporters write it: unnamed operators, MatMul with Add, float_data, and no bias. */
function foreign(change: (nodes: Node[]) => void = () => {}): Uint8Array {
  const floatData = (size: number) => Array.from({ length: size }, () => (noise.random() % 200) / 100 - 1);
  const ints = (name: string, values: number[]) => ({ name, type: AttributeType.INTS, ints: values });
  const node: Node[] = [
    { opType: 'Conv', input: ['x', 'k'], output: ['c'], attribute: [ints('pads', [1, 1, 1, 1])] },
    { opType: 'Relu', input: ['c'], output: ['r'] },
    {
      opType: 'MaxPool',
      input: ['r'],
      output: ['p'],
      attribute: [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])],
    },
    { opType: 'Flatten', input: ['p'], output: ['f'] },
    { opType: 'MatMul', input: ['f', 'w'], output: ['m'] },
    { opType: 'Add', input: ['b', 'm'], output: ['y'] },
  ];
  change(node);
  const info = (name: string, dims: number[]) => ({
    name,
    type: {
      tensorType: {
        elemType: DataType.FLOAT,
        shape: { dim: [{ dimParam: 'n' }, ...dims.map((dimValue) => ({ dimValue }))] },
      },
    },
  });
  const model: Model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'foreign',
      node,
      initializer: [
        { name: 'k', dataType: DataType.FLOAT, dims: [5, 2, 3, 3], floatData: floatData(90) },
        { name: 'w', dataType: DataType.FLOAT, dims: [45, 4], floatData: floatData(180) },
        { name: 'b', dataType: DataType.FLOAT, dims: [4], floatData: floatData(4) },
      ],
      input: [info('x', [2, 6, 6])],
      output: [info('y', [4])],
    },
  };
  return encodeModel(model);
}

describe('a graph of another exporter', () => {
  it('has the logits of onnxruntime', async () => {
    const file = foreign();
    const images = randomImages(2 * 72);
    expectClose(onKernels(file).infer(images, 2), await inOnnxruntime(file, images, [2, 2, 6, 6]), 1e-4);
  });

  const attribute = (name: string, i: number) => ({ name, type: AttributeType.INT, i });
  it.each<[string, RegExp, (nodes: Node[]) => void]>([
    [
      'an unsupported operator',
      /Sigmoid/,
      (nodes) => {
        nodes[1].opType = 'Sigmoid';
      },
    ],
    [
      'a convolution with groups',
      /Conv, group: expected 1, got 2/,
      (nodes) => {
        nodes[0].attribute?.push(attribute('group', 2));
      },
    ],
    [
      'an unknown attribute',
      /Relu, slope/,
      (nodes) => {
        nodes[1].attribute = [attribute('slope', 1)];
      },
    ],
    [
      'automatic padding',
      /auto_pad/,
      (nodes) => {
        nodes[0].attribute = [{ name: 'auto_pad', type: 3, s: new TextEncoder().encode('SAME_UPPER') }];
      },
    ],
    [
      'padding on one side',
      /Conv/,
      (nodes) => {
        nodes[0].attribute = [{ name: 'pads', type: AttributeType.INTS, ints: [2, 2, 0, 0] }];
      },
    ],
    [
      'a branch',
      /branch/,
      (nodes) => {
        nodes[2].input = ['c'];
      },
    ],
    [
      'a weight that is not constant',
      /constant weight/,
      (nodes) => {
        nodes[4].input = ['f', 'f'];
      },
    ],
    [
      'sizes that do not fit',
      /linear/,
      (nodes) => {
        nodes.splice(2, 1);
        nodes[2].input = ['r'];
      },
    ],
  ])('is refused for %s, and the error names it', (_, message, change) => {
    expect(() => onKernels(foreign(change))).toThrow(message);
  });
});

describeWithData('the kernels and onnxruntime on the 10,000 test images', (data) => {
  it('return the same labels, and logits within 1e-4', async () => {
    const file = new Uint8Array(await readFile('release/tinyvgg.onnx'));
    const { images, count } = data().test;
    const predict = await onnxPredictor(file);
    const { infer } = onKernels(file);
    let worst = 0;
    for (let first = 0; first < count; first += 500) {
      const some = images.subarray(784 * first, 784 * (first + 500));
      const expected = await predict(some, 500);
      const got = infer(
        Float32Array.from(some, (pixel) => pixel / 255),
        500,
      );
      const classes = got.length / 500;
      for (let n = 0; n < 500; n++) {
        const [a, b] = [expected, got].map((logits) => logits.subarray(classes * n, classes * (n + 1)));
        expect(b.indexOf(Math.max(...b))).toBe(a.indexOf(Math.max(...a)));
        for (let k = 0; k < classes; k++) worst = Math.max(worst, Math.abs(a[k] - b[k]));
      }
    }
    expect(worst).toBeLessThan(1e-4);
    console.log(`largest difference between logits: ${worst.toExponential(1)}`);
  });
});
