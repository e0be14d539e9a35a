/** @file A training run: several models on one data set, compared, exported, and recorded in one folder, which an interrupted run goes on from. */
import { resolve } from 'node:path';
import { resolveNetwork } from '#shared/model/spec.ts';
import { interruptible } from '../cli/interruption.ts';
import { comparisonTable } from '../cli/progress.ts';
import type { DownloadProgress } from '../dataset/fashion-mnist/download.ts';
import { loadDataset } from '../dataset/fashion-mnist/load.ts';
import { type Dataset, divide } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { modelSpec } from '../model/zoo.ts';
import { writeRelease } from '../release/release.ts';
import { folderCheckpoints } from '../training/checkpoint/folder.ts';
import { openTrainingEngine, type ReleasedModel, trainModel } from '../training/train-model.ts';
import { gitCommit } from './provenance.ts';
import { openRecords } from './records.ts';
import {
  checkpointFolder,
  type ModelSummary,
  openRunFolder,
  requireRoom,
  type Summary,
  writeSummary,
} from './run-folder.ts';
import { type Settings, toOverrides } from './settings.ts';

/** Trains what `settings` ask for, prints the lab's lines, and fills the run folder as each model is done. */
export async function run(settings: Settings): Promise<void> {
  requireRoom(settings);
  const { out } = settings;
  const dataset = await loadDataset({ folder: settings.data, onProgress: downloadPrinter() });
  const data = divide(dataset, settings.heldOut, settings.limit);
  const networks = settings.models.map((name) => resolveNetwork(modelSpec(name)));
  const engine = await openTrainingEngine(settings, networks);

  const asked = {
    ...settings,
    device: engine.name,
    data: settings.data === undefined ? undefined : resolve(settings.data),
  };
  const now = await beginning(asked, engine, { ...dataset, ...data });
  const summary = await openRunFolder(asked, now);
  for (const line of changes(summary, now)) console.log(line);
  const checkpoints = folderCheckpoints(checkpointFolder(out), console.log);
  await interruptible(
    async (signal) => {
      for (const network of networks) {
        if (summary.models[network.name]) continue;
        const model = await trainModel(settings, network, {
          ...{ data, engine, checkpoints, signal, log: console.log },
          facts: { dataset: summary.dataset, gitCommit: summary.gitCommit },
          openRecords: ({ name }, from) => openRecords(out, name, from),
        });
        await writeRelease(out, model.release);
        summary.models[network.name] = summarize(model);
        await writeSummary(out, summary);
      }
    },
    (signal) => `Ended by ${signal}. Go on with: npm run train -- --resume ${out}`,
  );
  console.log(`\n${comparisonTable(summary.models)}\n\nRun folder: ${out}`);
}

/** The summary of a run that begins. */
async function beginning(settings: Settings, engine: Engine, data: Dataset): Promise<Summary> {
  const { name, seed, epochs, batchSize, schedule, augmentation, heldOut } = settings;
  const { optimizer = '', learningRate = 0, momentum, weightDecay = 0 } = toOverrides(settings);
  return {
    formatVersion: 1,
    recipe: name,
    seed,
    epochs,
    batchSize,
    optimizer,
    learningRate,
    ...(momentum !== undefined && { momentum }),
    weightDecay,
    schedule,
    augmentation,
    heldOut,
    device: { name: engine.name, description: engine.description },
    images: { train: data.train.count, test: data.test.count },
    dataset: data.md5,
    gitCommit: await gitCommit(),
    startedAt: new Date().toISOString(),
    models: {},
  };
}

/** What is no more as it was when the run began, and may change its bits. */
function changes(begun: Summary, now: Summary): string[] {
  const facts: [string, unknown, unknown][] = [
    ['the engine', begun.device.description, now.device.description],
    ['the code', begun.gitCommit, now.gitCommit],
  ];
  return facts
    .filter(([, before, after]) => before !== after)
    .map(([what, before, after]) => `This run began with another state of ${what}: ${before}, now ${after}.`);
}

function summarize({ trained, calibrated, release: { manifest } }: ReleasedModel): ModelSummary {
  const { network, epochs, confusion, seconds } = trained;
  return {
    parameters: network.parameterCount,
    epochs,
    confusion,
    trainSeconds: seconds,
    onnx: { path: `${network.name}.onnx`, sha256: manifest.version, bytes: manifest.bytes },
    ...calibrated,
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
