/** @file Describes ONNX files of other programs, and refuses those that the Worker could not serve. */
import { describe, expect, it } from 'vitest';
import { LARGEST_MODEL } from '../../../shared/manifest.ts';
import {
  AttributeType,
  type Dimension,
  encodeModel,
  type Graph,
  type Node,
  type ValueInfo,
} from '../../../shared/onnx/model.ts';
import { type ForeignModel, foreignRelease } from '../../../train/release/foreign.ts';

const FLOAT = 1;
const INT64 = 7;

/** Describes a tensor. A text is a dimension of any size. */
function value(name: string, shape: (number | string)[], elemType = FLOAT): ValueInfo {
  const dim = shape.map(
    (size): Dimension => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }),
  );
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}

const node = (opType: string, input: string[], output: string, attribute: Node['attribute'] = []): Node => ({
  opType,
  input,
  output: [output],
  attribute,
});
const axis = (i: number) => [{ name: 'axis', type: AttributeType.INT, i }];

function tensor(name: string, dims: number[], values: Float32Array | BigInt64Array) {
  const dataType = values instanceof Float32Array ? FLOAT : INT64;
  return { name, dims, dataType, rawData: new Uint8Array(values.buffer) };
}

/** Returns a network of two classes: a mean for each channel, then a linear layer, then `last`. */
function foreign(changes: Partial<Graph> = {}, last?: Node, opset = 17): Uint8Array<ArrayBuffer> {
  const weights = Float32Array.from([3, -1, 2, -4, 1, 5]);
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      name: 'foreign',
      input: [value('x', ['n', 3, 8, 6])],
      output: [value('y', ['n', 2])],
      initializer: [tensor('w', [3, 2], weights), tensor('flat', [2], BigInt64Array.from([1n, -1n]))],
      node: [
        node('GlobalAveragePool', ['x'], 'pooled'),
        node('Flatten', ['pooled'], 'flattened', axis(1)),
        node('MatMul', ['flattened', 'w'], last ? 'product' : 'y'),
        ...(last ? [last] : []),
      ],
      ...changes,
    },
  });
}

const about = (changes: Partial<ForeignModel> = {}): ForeignModel => ({
  name: 'foreign',
  labels: ['cat', 'dog'],
  fit: 'cover',
  ...changes,
});

const softmax = node('Softmax', ['product'], 'y', axis(1));
const lastInput = { input: [value('x', ['n', 8, 6, 3])] };
/** Makes the network take [n, height, width, channels]. */
const channelsLast = (): Partial<Graph> => ({
  ...lastInput,
  node: [
    node('Transpose', ['x'], 'planes', [{ name: 'perm', type: AttributeType.INTS, ints: [0, 3, 1, 2] }]),
    node('GlobalAveragePool', ['planes'], 'pooled'),
    node('Flatten', ['pooled'], 'flattened', axis(1)),
    node('MatMul', ['flattened', 'w'], 'product'),
    softmax,
  ],
});

describe('foreignRelease', () => {
  it('describes a network with logits as PyTorch exports it', async () => {
    const { manifest, files } = await foreignRelease(
      foreign(),
      about({ mean: [0.5, 0.4, 0.3], std: [1, 2, 4] }),
    );
    expect(manifest).toMatchObject({
      input: { name: 'x', shape: ['n', 3, 8, 6] },
      output: { name: 'y', shape: ['n', 2] },
      engine: 'onnxruntime',
      opset: 17,
      fit: { mode: 'cover', mean: [0.5, 0.4, 0.3], std: [1, 2, 4] },
    });
    expect(manifest.output.values).toBeUndefined();
    expect(manifest.input.layout).toBeUndefined();
    expect(files.safetensors).toBeUndefined();
    // The last golden image is a disc of 200 on 0, the same in each channel.
    const pixels = Buffer.from(manifest.golden.vectors[2].pixels, 'base64').subarray(0, 48);
    const grey = pixels.reduce((sum, byte) => sum + byte / 255, 0) / 48;
    const [r, g, b] = [grey - 0.5, (grey - 0.4) / 2, (grey - 0.3) / 4];
    const expected = [3 * r + 2 * g + b, -r - 4 * g + 5 * b];
    for (const [i, logit] of manifest.golden.vectors[2].logits.entries())
      expect(logit).toBeCloseTo(expected[i], 5);
  });

  it('finds channels in the last place, and probabilities by their sum', async () => {
    const { manifest } = await foreignRelease(foreign(channelsLast()), about());
    expect(manifest).toMatchObject({
      input: { shape: ['n', 8, 6, 3], layout: 'NHWC' },
      output: { values: 'probabilities' },
    });
    const stated = await foreignRelease(foreign(channelsLast()), about({ output: 'logits' }));
    expect(stated.manifest.output.values).toBeUndefined();
  });

  it('takes the size of the pictures from --size if the graph takes any', async () => {
    const input = [value('x', ['n', 3, 'h', 'w'])];
    const { manifest } = await foreignRelease(foreign({ input }), about({ size: 40 }));
    expect(manifest.input.shape).toEqual(['n', 3, 40, 40]);
  });

  it('leaves a graph of known layers to the kernels', async () => {
    const dense = foreign({
      initializer: [tensor('w', [144, 2], new Float32Array(288).fill(0.1))],
      node: [node('Flatten', ['x'], 'flattened', axis(1)), node('MatMul', ['flattened', 'w'], 'y')],
    });
    const { manifest } = await foreignRelease(dense, about());
    expect(manifest.engine).toBeUndefined();
  });

  it('keeps one golden vector of a large picture', async () => {
    const input = [value('x', ['n', 3, 224, 224])];
    const { manifest, files } = await foreignRelease(foreign({ input }), about());
    expect(manifest.golden.vectors).toHaveLength(1);
    expect(files.json.length).toBeLessThan(220_000);
  });

  it.each<[string, Uint8Array<ArrayBuffer>, Partial<ForeignModel>, RegExp]>([
    [
      'fewer labels than outputs',
      foreign(),
      { labels: ['cat'] },
      /expected 2 labels.*got 1.*one label a line/,
    ],
    ['a mean of another length', foreign(), { mean: [0.5] }, /--mean.*expected 3 numbers.*got 1/],
    ['a std of another length', foreign(), { std: [1, 1, 1, 1] }, /--std.*expected 3 numbers.*got 4/],
    ['another size than the graph', foreign(), { size: 224 }, /pictures of 8 × 6 pixels, got --size 224/],
    [
      'no size, and none in the graph',
      foreign({ input: [value('x', ['n', 3, 'h', 'w'])] }),
      {},
      /such as --size 224/,
    ],
    ['a batch of 4', foreign({ input: [value('x', [4, 3, 8, 6])] }), {}, /got a batch of 4/],
    ['no picture', foreign({ input: [value('x', ['n', 12])] }), {}, /an input of pictures/],
    ['two channels', foreign({ input: [value('x', ['n', 2, 8, 6])] }), {}, /1 or 3 channels/],
    [
      'bytes as input',
      foreign({ input: [value('x', ['n', 3, 8, 6], 2)] }),
      {},
      /a float32 input, got x of ONNX data type 2/,
    ],
    [
      'two inputs',
      foreign({ input: [value('x', ['n', 3, 8, 6]), value('z', ['n'])] }),
      {},
      /one input, got x, z/,
    ],
    [
      'two outputs',
      foreign({ output: [value('y', ['n', 2]), value('pooled', ['n', 3, 1, 1])] }),
      {},
      /one output/,
    ],
    [
      'a map as output',
      foreign({ output: [value('pooled', ['n', 3, 1, 1])] }),
      {},
      /\[1, classes\], got \[1, 3, 1, 1\]/,
    ],
    [
      'an unknown operator',
      foreign({}, node('Magic', ['product'], 'y')),
      {},
      /cannot load the model.*Magic.*opset 17/s,
    ],
    ['an opset of the future', foreign({}, undefined, 999), {}, /cannot load the model.*opset/s],
    [
      'a graph that fixes the batch',
      foreign({}, node('Reshape', ['product', 'flat'], 'y')),
      {},
      /\[2, classes\], got \[1, 4\]/,
    ],
    ['a sigmoid', foreign({}, node('Sigmoid', ['product'], 'y')), {}, /Leave the sigmoid out/],
    [
      'logits that are stated as probabilities',
      foreign(),
      { output: 'probabilities' },
      /probabilities that add up to 1/,
    ],
    ['an output that is no number', foreign({}, node('Log', ['product'], 'y')), {}, /NaN or infinity/],
    ['a file of something else', new Uint8Array(100), {}, /cannot read an ONNX model/],
    ['a file beyond the limit', new Uint8Array(LARGEST_MODEL + 1), {}, /at most 50331648 bytes/],
  ])('refuses %s', async (_, onnx, changes, message) => {
    await expect(foreignRelease(onnx, about(changes))).rejects.toThrow(message);
  });
});
