/** @file A training run: several models on one data set, compared, exported, and recorded in one folder. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import type { DownloadProgress } from './dataset/download.ts';
import { loadDataset, take } from './dataset/source.ts';
import { openEngine } from './engine/open.ts';
import { writeFileAtomic } from './files.ts';
import { resolveNetwork } from './model/spec.ts';
import { modelSpec } from './model/zoo.ts';
import { comparisonTable, trainingPrinter } from './progress.ts';
import { gitCommit } from './provenance.ts';
import type { Release } from './registry/release.ts';
import { makeRelease, writeRelease } from './release.ts';
import type { Settings } from './settings.ts';
import { type EpochRecord, type TrainedModel, train } from './trainer.ts';

/** `summary.json` of a run folder. */
export interface Summary {
  formatVersion: 1;
  recipe: string;
  seed: number;
  epochs: number;
  batchSize: number;
  learningRate: number;
  device: { name: string; description: string };
  /** Images trained and tested on. */
  images: { train: number; test: number };
  /** Official file name → MD5. */
  dataset: Record<string, string>;
  gitCommit: string | null;
  startedAt: string;
  models: Record<string, ModelSummary>;
}

interface ModelSummary {
  parameters: number;
  epochs: EpochRecord[];
  /** confusion[label][prediction] = test images after the last epoch. */
  confusion: number[][];
  trainSeconds: number;
  /** `path` is relative to the run folder. */
  onnx: { path: string; sha256: string; bytes: number };
}

/** Trains what `settings` ask for, prints the lab's lines, and fills the run folder as each model is done. */
export async function run(settings: Settings): Promise<void> {
  const { out, optimizer, batchSize, seed, epochs } = settings;
  const summaryPath = join(out, 'summary.json');
  if (existsSync(summaryPath)) {
    throw new ExplainedError({
      kind: 'usage',
      what: `${out} holds a run already`,
      next: 'Give another folder with --out, or remove this one.',
    });
  }
  const dataset = await loadDataset({ folder: settings.data, onProgress: downloadPrinter() });
  const limit = settings.limit ?? dataset.train.count;
  const data = { train: take(dataset.train, limit), test: take(dataset.test, limit) };
  const engine = await openEngine(settings.device, { threads: settings.threads, log: console.log });
  console.log(`Engine ${engine.name}: ${engine.description}`);

  const summary: Summary = {
    formatVersion: 1,
    recipe: settings.name,
    seed,
    epochs,
    batchSize,
    learningRate: optimizer.learningRate,
    device: { name: engine.name, description: engine.description },
    images: { train: data.train.count, test: data.test.count },
    dataset: dataset.md5,
    gitCommit: await gitCommit(),
    startedAt: new Date().toISOString(),
    models: {},
  };
  const trainedModels: TrainedModel[] = [];
  for (const name of settings.models) {
    const network = resolveNetwork(modelSpec(name));
    console.log(`\n${name}: ${network.parameterCount.toLocaleString('en')} parameters\n`);
    const job = { network, data, engine, optimizer, epochs, batchSize, seed };
    const trained = await train(job, trainingPrinter(batchSize));
    console.log(`Total training time: ${trained.seconds.toFixed(2)} seconds`);
    const { gitCommit, dataset, recipe } = summary;
    const training = { recipe, seed, epochs, images: data.train.count, dataset, gitCommit };
    const release = await makeRelease(trained, { engine, training, images: data.test.images });
    await writeRelease(out, release);
    summary.models[name] = summarize(trained, release);
    await writeFileAtomic(summaryPath, `${JSON.stringify(summary, null, 2)}\n`);
    trainedModels.push(trained);
  }
  console.log(`\n${comparisonTable(trainedModels)}\n\nRun folder: ${out}`);
}

function summarize(
  { network, epochs, confusion, seconds }: TrainedModel,
  { manifest }: Release,
): ModelSummary {
  return {
    parameters: network.parameterCount,
    epochs,
    confusion,
    trainSeconds: seconds,
    onnx: { path: `${network.name}.onnx`, sha256: manifest.version, bytes: manifest.bytes },
  };
}

/** A line per file and tenth of it. */
export function downloadPrinter(): DownloadProgress {
  let last = '';
  return (file, received, total) => {
    const amount = total
      ? `${Math.floor((10 * received) / total) * 10} %`
      : `${Math.floor(received / 2 ** 20)} MiB`;
    const line = `Downloading ${file}: ${amount}`;
    if (line !== last) console.log(line);
    last = line;
  };
}
