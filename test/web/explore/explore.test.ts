/** @file The explorer's numbers are the network's own: its forward pass is onnxruntime's, and what it takes apart adds up to it. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Conv, Linear, Pool, Tensor } from '#shared/model/forward.ts';
import { rankLabels } from '#shared/predictions.ts';
import { onnxPredictor } from '../../../train/release/onnxruntime.ts';
import { pixelSum, shares } from '../../../web/explore/convolution.ts';
import { rowsOf } from '../../../web/explore/layers.ts';
import { logitShares } from '../../../web/explore/linear.ts';
import { makingOf } from '../../../web/explore/makers.ts';
import { activationsOf, type Model, openModel } from '../../../web/explore/model.ts';
import { poolWindow } from '../../../web/explore/pooling.ts';
import { EXAMPLE_NAMES, imageOfExample } from './pictures.ts';

const MODELS = ['tinyvgg', 'lab/v0', 'lab/v1', 'lab/tinyvgg'];

async function filesOf(name: string) {
  const [onnx, json] = await Promise.all(['onnx', 'json'].map((file) => readFile(`release/${name}.${file}`)));
  return { onnx: new Uint8Array(onnx), model: openModel(new Uint8Array(onnx), JSON.parse(`${json}`)) };
}

describe.each(MODELS)('%s', (name) => {
  it('gives onnxruntime’s logits for every example, within 1e-4', async () => {
    const { onnx, model } = await filesOf(name);
    const predict = await onnxPredictor(onnx);
    for (const example of EXAMPLE_NAMES) {
      const image = await imageOfExample(example);
      const expected = await predict(image, 1);
      const got = activationsOf(model, image).at(-1) as Tensor;
      for (const [i, logit] of expected.entries()) expect(Math.abs(got[i] - logit)).toBeLessThan(1e-4);
    }
  });

  it('reproduces its golden vectors', async () => {
    const { model } = await filesOf(name);
    const { vectors, tolerance } = model.manifest.golden;
    for (const { pixels, logits } of vectors) {
      const got = activationsOf(model, Uint8Array.from(Buffer.from(pixels, 'base64'))).at(-1) as Tensor;
      for (const [i, logit] of logits.entries()) expect(Math.abs(got[i] - logit)).toBeLessThan(tolerance);
    }
  });
});

it('the model in the Worker answers every example rightly, and surely', async () => {
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

describe('what the explorer takes apart', () => {
  let model: Model;
  let activations: Tensor[];
  beforeAll(async () => {
    ({ model } = await filesOf('tinyvgg'));
    activations = activationsOf(model, await imageOfExample('ankle-boot'));
  });

  /** Every layer of a kind, with what goes in and what comes out. */
  const layersOf = <Kind extends string>(kind: Kind) =>
    model.network.layers.flatMap((layer, i) =>
      layer.kind === kind ? [{ layer, row: i + 1, x: activations[i], y: activations[i + 1] }] : [],
    );

  it('the sums behind every pixel of every convolution are that pixel', () => {
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

  it('the shares of the input maps and the bias add up to the map', () => {
    for (const { layer, x, y } of layersOf('conv2d')) {
      const [, height, width] = layer.output;
      const bias = model.weights.get(layer.parameters[1].name) as Tensor;
      for (const o of [0, 3]) {
        const parts = shares(layer as Conv, model.weights, x, o);
        for (let i = 0; i < height * width; i++) {
          const sum = parts.reduce((sum, part) => sum + part[i], bias[o]);
          expect(Math.abs(sum - y[o * height * width + i])).toBeLessThan(1e-5);
        }
      }
    }
  });

  it('the largest number of every pooling window goes on', () => {
    for (const { layer, x, y } of layersOf('maxPool2d')) {
      const [channels, height, width] = layer.output;
      for (let i = 0; i < y.length; i++) {
        const c = Math.floor(i / (height * width)) % channels;
        const { value } = poolWindow(layer as Pool, x, c, Math.floor(i / width) % height, i % width);
        expect(value).toBe(y[i]);
      }
    }
  });

  it('the shares of the last maps and the bias are the logits', () => {
    const [{ layer, x, y }] = layersOf('linear');
    const maps = model.network.layers.findLast(({ output }) => output.length === 3)?.output ?? [];
    for (const [o, logit] of y.entries()) {
      const { shares, value } = logitShares(layer as Linear, model.weights, x, maps, o);
      expect(shares).toHaveLength(maps[0]);
      expect(Math.abs(value - logit)).toBeLessThan(1e-4);
    }
  });

  it('every layer has a row, and every row but the first has been made of something', () => {
    const rows = rowsOf(model.network);
    expect(rows.map(({ name }) => name).slice(0, 4)).toEqual([
      'input',
      'convolution 1',
      'ReLU 1',
      'convolution 2',
    ]);
    for (const { index } of rows) {
      const making = makingOf({ ...model, activations, row: index, map: 0, cell: [0, 0] });
      expect(making === undefined).toBe(index === 0);
      if (making && making.terms.length > 0) expect(making.from).toBeLessThan(index);
    }
  });
});
