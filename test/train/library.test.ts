/**
 * @file The package as a program imports it.
 * @module-tag slow
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ExplainedError,
  flatten,
  linear,
  openEngine,
  resolveNetwork,
  sgd,
  train,
} from '../../train/index.ts';
import { onnxPredictor } from '../../train/release/onnxruntime.ts';
import { easyData } from '../fixtures/easy.ts';
import { expectSuccess, runNode } from '../support/command.ts';
import { describeWithData } from '../support/data.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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
