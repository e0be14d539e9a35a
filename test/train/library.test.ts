/**
 * @file The package as a program imports it.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeModel, metadataOf } from '../../shared/onnx/model.ts';
import {
  ExplainedError,
  evaluate,
  exportRelease,
  flatten,
  fromSafetensors,
  linear,
  openEngine,
  predict,
  resolveNetwork,
  sgd,
  toSafetensors,
  train,
} from '../../train/index.ts';
import { onnxPredictor } from '../../train/release/onnxruntime.ts';
import { colourPng } from '../../train/report/png.ts';
import { easyData } from '../fixtures/easy.ts';
import { expectSuccess, runNode } from '../support/command.ts';
import { describeWithData } from '../support/data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

describe('the library', () => {
  it('trains a custom network', async () => {
    const network = resolveNetwork({
      name: 'own',
      input: [1, 28, 28],
      modules: { all: [flatten(), linear(784, 10)] },
    });
    const engine = await openEngine('auto');
    const job = {
      network,
      engine,
      data: easyData(600),
      optimizer: sgd(0.1),
      epochs: 3,
      batchSize: 32,
      seed: 1,
    };
    expect((await train(job)).epochs.at(-1)?.testAccuracy).toBe(1);
  });

  it.each([
    ['images of another size', [1, 14, 14], 10],
    ['fewer classes than labels', [1, 28, 28], 9],
  ])('rejects data with %s', async (_, input, classes) => {
    const [, height, width] = input;
    const modules = { all: [flatten(), linear(height * width, classes)] };
    const network = resolveNetwork({ name: 'own', input, modules });
    const engine = await openEngine('reference');
    const job = {
      network,
      engine,
      data: easyData(64),
      optimizer: sgd(0.1),
      epochs: 1,
      batchSize: 32,
      seed: 1,
    };
    await expect(train(job)).rejects.toThrow(ExplainedError);
    await expect(train(job)).rejects.toThrow(/own does not fit the data: expected an input of 784 pixels/);
  });
});

describe('examples/own-network.ts', () => {
  let worker: RunningWorker;
  const folder = temporaryFolder();
  let stdout: string;
  beforeAll(async () => {
    worker = await startWorker();
    ({ stdout } = await expectSuccess(runNode(['examples/own-network.ts', folder, worker.origin])));
  });
  afterAll(() => worker?.stop());

  it('trains, evaluates, saves and reads the weights of its own layers', () => {
    const [, accuracy, saved] =
      /^Accuracy: ([\d.]+) %[\s\S]*^Accuracy of the saved weights: ([\d.]+) %/m.exec(stdout) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(95);
    expect(saved).toBe(accuracy);
  });

  it('pushes a release that the Worker serves with its labels', async () => {
    const disc = Uint8Array.from({ length: 24 * 24 * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return Math.hypot((pixel % 24) - 12, Math.floor(pixel / 24) - 12) <= 8 ? 200 : 0;
    });
    const body = new Uint8Array(colourPng(disc, 24));
    const response = await fetch(`${worker.origin}/v1/models/discs/classify`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({
      model: { name: 'discs', alias: 'stable' },
      predictions: [{ label: 'disc' }, { label: 'ring' }],
    });
  });

  it('writes a release without a licence, with its own labels and RGB pixels', async () => {
    const metadata = metadataOf(decodeModel(await readFile(join(folder, 'discs.onnx'))));
    expect(metadata).toMatchObject({ names: '["disc","ring"]', 'Image.BitmapPixelFormat': 'Rgb8' });
    expect(metadata).not.toHaveProperty('model_license');
  });
});

describe('evaluate, predict, exportRelease and fromSafetensors', () => {
  const modules = { all: [flatten(), linear(784, 10)] };
  const network = resolveNetwork({ name: 'own', input: [1, 28, 28], modules });
  const data = easyData(64);
  const job = { network, data, optimizer: sgd(0.1), epochs: 1, batchSize: 32, seed: 1 };

  it('explain images, labels and names that do not fit', async () => {
    const engine = await openEngine('reference');
    const trained = await train({ ...job, engine });
    const short = { ...data.test, images: data.test.images.subarray(1) };
    await expect(evaluate(trained, short, { engine })).rejects.toThrow(/own does not fit the images/);
    const classes = ['a', 'b'];
    await expect(predict(trained, data.test.images, { engine, labels: classes })).rejects.toThrow(
      'own does not fit the labels: expected 2 outputs, one for each label, got [10]',
    );
    const released = (options: { classes: string[]; name?: string }) =>
      exportRelease(trained, { job: { ...job, engine }, ...options });
    await expect(released({ classes })).rejects.toThrow(ExplainedError);
    const ten = [...'abcdefghij'];
    await expect(released({ classes: ten, name: 'My model' })).rejects.toThrow(/cannot name the release/);
  });

  it('gives the accuracy that the training measured', async () => {
    const engine = await openEngine('cpu', { threads: 1 });
    const trained = await train({ ...job, engine });
    const { accuracy, confusion } = await evaluate(trained, data.test, { engine });
    expect([accuracy, confusion]).toEqual([trained.epochs[0]?.testAccuracy, trained.confusion]);
  });

  it('explains a safetensors file of another network', async () => {
    const trained = await train({ ...job, engine: await openEngine('reference') });
    const file = toSafetensors(trained);
    expect(fromSafetensors(file, network)).toEqual(trained.weights);
    const other = (outputs: number, module = 'all') =>
      resolveNetwork({ ...network, name: 'other', modules: { [module]: [flatten(), linear(784, outputs)] } });
    expect(() => fromSafetensors(file, other(9))).toThrow(
      /does not fit other: expected all.1.weight: float32 \[9, 784\], got float32 \[10, 784\]/,
    );
    expect(() => fromSafetensors(file, other(10, 'head'))).toThrow(/got no such tensor/);
  });
});

describeWithData('examples/train.ts', (data) => {
  it('trains its network and exports it as ONNX', async () => {
    const path = join(temporaryFolder(), 'own.onnx');
    const { stdout } = await expectSuccess(runNode(['examples/train.ts', path]));
    const [, accuracy] = /Epoch 1: (\d+\.\d\d) %/.exec(stdout) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(75);
    const predict = await onnxPredictor(new Uint8Array(await readFile(path)));
    expect((await predict(data().test.images, 1)).length).toBe(10);
  });
});
