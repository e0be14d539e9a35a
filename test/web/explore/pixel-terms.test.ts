/** @file The numbers of the explorer agree with onnxruntime, and its terms add up to the network's outputs. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Conv, Linear, Pool, Tensor } from '#shared/model/forward.ts';
import { rankLabels } from '#shared/predictions.ts';
import { onnxPredictor } from '../../../train/release/onnxruntime.ts';
import { channelContributions, pixelSum } from '../../../web/explore/convolution.ts';
import { rowsOf } from '../../../web/explore/layers.ts';
import { logitContributions } from '../../../web/explore/logit-contributions.ts';
import { activationsOf, type Model, openModel } from '../../../web/explore/model.ts';
import { pixelTerms } from '../../../web/explore/pixel-terms.ts';
import { poolWindow } from '../../../web/explore/pooling.ts';
import { EXAMPLE_NAMES, imageOfExample } from './example-images.ts';

const MODELS = ['tinyvgg', 'lab/v0', 'lab/v1', 'lab/tinyvgg'];

async function filesOf(name: string) {
  const [onnx, json] = await Promise.all(['onnx', 'json'].map((file) => readFile(`release/${name}.${file}`)));
  return { onnx: new Uint8Array(onnx), model: openModel(new Uint8Array(onnx), JSON.parse(`${json}`)) };
}

describe.each(MODELS)('%s', (name) => {
  it('computes the same logits as onnxruntime for every example, within 1e-4', async () => {
    const { onnx, model } = await filesOf(name);
    const predict = await onnxPredictor(onnx);
    for (const example of EXAMPLE_NAMES) {
      const image = await imageOfExample(example);
      const expected = await predict(image, 1);
      const got = activationsOf(model, image).at(-1) as Tensor;
      for (const [i, logit] of expected.entries()) expect(Math.abs(got[i] - logit)).toBeLessThan(1e-4);
    }
  });

  it('reproduces its golden logits', async () => {
    const { model } = await filesOf(name);
    const { vectors, tolerance } = model.manifest.golden;
    for (const { pixels, logits } of vectors) {
      const got = activationsOf(model, Uint8Array.from(Buffer.from(pixels, 'base64'))).at(-1) as Tensor;
      for (const [i, logit] of logits.entries()) expect(Math.abs(got[i] - logit)).toBeLessThan(tolerance);
    }
  });
});

it('the bundled model classifies every example correctly with a score above 0.5', async () => {
  const { model } = await filesOf('tinyvgg');
  const labels = { 't-shirt': 'T-shirt/top', 'ankle-boot': 'Ankle boot' } as Record<string, string>;
  for (const name of EXAMPLE_NAMES) {
    const logits = activationsOf(model, await imageOfExample(name)).at(-1) as Tensor;
    const [best] = rankLabels(logits, model.manifest);
    const label = labels[name] ?? `${name[0].toUpperCase()}${name.slice(1)}`;
    expect(`${name}: ${best.label}`).toBe(`${name}: ${label}`);
    expect(best.score).toBeGreaterThan(0.5);
  }
});

describe('the explanation of a layer', () => {
  let model: Model;
  let activations: Tensor[];
  beforeAll(async () => {
    ({ model } = await filesOf('tinyvgg'));
    activations = activationsOf(model, await imageOfExample('ankle-boot'));
  });

  /** Returns every layer of a kind, with its input `x` and its output `y`. */
  const layersOf = <Kind extends string>(kind: Kind) =>
    model.network.layers.flatMap((layer, i) =>
      layer.kind === kind ? [{ layer, row: i + 1, x: activations[i], y: activations[i + 1] }] : [],
    );

  it('has sums that equal the pixels of every convolution', () => {
    const convolutions = layersOf('conv2d');
    expect(convolutions.length).toBeGreaterThan(0);
    for (const { layer, x, y } of convolutions) {
      const [channels, height, width] = layer.output;
      for (let i = 0; i < y.length; i += 7) {
        const [o, row, column] = [
          Math.floor(i / (height * width)) % channels,
          Math.floor(i / width) % height,
          i % width,
        ];
        const { windows, bias, value } = pixelSum(layer as Conv, model.weights, x, o, row, column);
        expect(Math.abs(value - y[i])).toBeLessThan(1e-5);
        expect(windows.reduce((sum, { sum: part }) => sum + part, bias)).toBeCloseTo(value, 10);
      }
    }
  });

  it('has contributions of input maps that add up, with the bias, to the feature map', () => {
    for (const { layer, x, y } of layersOf('conv2d')) {
      const [, height, width] = layer.output;
      const bias = model.weights.get(layer.parameters[1].name) as Tensor;
      for (const o of [0, 3]) {
        const parts = channelContributions(layer as Conv, model.weights, x, o);
        for (let i = 0; i < height * width; i++) {
          const sum = parts.reduce((sum, part) => sum + part[i], bias[o]);
          expect(Math.abs(sum - y[o * height * width + i])).toBeLessThan(1e-5);
        }
      }
    }
  });

  it('has the output of max pooling as the maximum of its window', () => {
    for (const { layer, x, y } of layersOf('maxPool2d')) {
      const [channels, height, width] = layer.output;
      for (let i = 0; i < y.length; i++) {
        const c = Math.floor(i / (height * width)) % channels;
        const { value } = poolWindow(layer as Pool, x, c, Math.floor(i / width) % height, i % width);
        expect(value).toBe(y[i]);
      }
    }
  });

  it('has contributions of the last feature maps that add up, with the bias, to the logits', () => {
    const [{ layer, x, y }] = layersOf('linear');
    const maps = model.network.layers.findLast(({ output }) => output.length === 3)?.output ?? [];
    for (const [o, logit] of y.entries()) {
      const { contributions, value } = logitContributions(layer as Linear, model.weights, x, maps, o);
      expect(contributions).toHaveLength(maps[0]);
      expect(Math.abs(value - logit)).toBeLessThan(1e-4);
    }
  });

  it('has a row for every layer, and terms for every row except the input', () => {
    const rows = rowsOf(model.network);
    expect(rows.map(({ name }) => name).slice(0, 4)).toEqual([
      'input',
      'convolution 1',
      'ReLU 1',
      'convolution 2',
    ]);
    for (const { index } of rows) {
      const result = pixelTerms({ ...model, activations, row: index, map: 0, cell: [0, 0] });
      expect(result === undefined).toBe(index === 0);
      if (result && result.terms.length > 0) expect(result.from).toBeLessThan(index);
    }
  });
});
