/** @file The example of a reporter: its files are those of MLflow's FileStore (mlflow/store/tracking/file_store.py). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { mlflow } from '../../../examples/mlflow.ts';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { train } from '../../../train/training/trainer.ts';
import { easyData } from '../../fixtures/easy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const job = {
  network: resolveNetwork(modelSpec('v0')),
  data: easyData(64),
  engine: referenceEngine(),
  optimizer: sgd(0.1),
  ...{ epochs: 2, batchSize: 32, seed: 1 },
};

/** Reads the only run of the store as `FileStore` does, which requires the members that are read here. */
function readRun(store: string) {
  const experiment = parse(readFileSync(join(store, '0/meta.yaml'), 'utf8'));
  const [id, ...others] = readdirSync(join(store, '0')).filter((name) => name !== 'meta.yaml');
  expect(others).toEqual([]);
  const folder = join(store, '0', id);
  const info = parse(readFileSync(join(folder, 'meta.yaml'), 'utf8'));
  const params = Object.fromEntries(
    readdirSync(join(folder, 'params')).map((name) => [
      name,
      readFileSync(join(folder, 'params', name), 'utf8'),
    ]),
  );
  const names = readdirSync(join(folder, 'metrics'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const metrics = Object.fromEntries(
    names.map((path) => [
      path.slice(join(folder, 'metrics/').length),
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => {
          const [, time, value, step] = /^(\d{13}) (\S+) (\d+)$/.exec(line) ?? [];
          expect(Number(time)).toBeGreaterThanOrEqual(info.start_time);
          return [Number(step), Number(value)];
        }),
    ]),
  );
  return { id, experiment, info, params, metrics };
}

it('a training is a run of the experiment Default, with its parameters and metrics', async () => {
  const store = join(temporaryFolder(), 'mlruns');
  const { epochs } = await train(job, { reporter: mlflow(store, 'two epochs') });
  const { id, experiment, info, params, metrics } = readRun(store);
  expect(experiment).toMatchObject({
    ...{ experiment_id: '0', name: 'Default', lifecycle_stage: 'active' },
    artifact_location: join(store, '0'),
  });
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  // 3 is RunStatus.FINISHED.
  expect(info).toMatchObject({
    ...{ run_id: id, run_uuid: id, experiment_id: '0', run_name: 'two epochs', status: 3 },
    ...{ user_id: expect.any(String), lifecycle_stage: 'active', start_time: expect.any(Number) },
    artifact_uri: join(store, '0', id, 'artifacts'),
  });
  expect(info.end_time).toBeGreaterThanOrEqual(info.start_time);
  expect(params).toMatchObject({
    model: 'v0',
    optimizer: 'sgd',
    learningRate: '0.1',
    epochs: '2',
    balance: 'false',
  });
  expect(Object.keys(metrics).sort()).toEqual(
    ['accuracy/test', 'learning-rate', 'loss/steps', 'loss/test', 'loss/train'].sort(),
  );
  expect(metrics['loss/train']).toEqual(epochs.map(({ trainLoss }, i) => [2 * (i + 1), trainLoss]));
  expect(metrics['accuracy/test']).toEqual(epochs.map(({ testAccuracy }, i) => [2 * (i + 1), testAccuracy]));
});

it('a training that diverges is a failed run', async () => {
  const store = join(temporaryFolder(), 'mlruns');
  const diverging = { ...job, optimizer: sgd(1e30), epochs: 5 };
  await expect(train(diverging, { reporter: mlflow(store, 'too fast') })).rejects.toThrow(/diverged/);
  const experiment = join(store, '0');
  const [id] = readdirSync(experiment).filter((name) => name !== 'meta.yaml');
  // RunStatus.FAILED
  expect(parse(readFileSync(join(experiment, id, 'meta.yaml'), 'utf8')).status).toBe(4);
});
