/** @file A training run: several models on one data set, compared, exported, and recorded in one folder, which an interrupted run goes on from. */
import { resolve } from 'node:path';
import { type Network, resolveNetwork } from '#shared/model/spec.ts';
import { AUGMENTATIONS } from './augment/augment.ts';
import { calibrate, type Train } from './calibrate.ts';
import { newestCheckpoint, saveCheckpoint } from './checkpoint/folder.ts';
import type { DownloadProgress } from './dataset/download.ts';
import { type Dataset, holdOut, loadDataset, take } from './dataset/source.ts';
import type { Engine } from './engine/engine.ts';
import { openEngine } from './engine/open.ts';
import { interruptible } from './interruption.ts';
import { modelSpec } from './model/zoo.ts';
import { calibrationLine, comparisonTable, trainingPrinter } from './progress.ts';
import { gitCommit } from './provenance.ts';
import { openRecords } from './records.ts';
import type { Release } from './registry/release.ts';
import { makeRelease, writeRelease } from './release.ts';
import {
  checkpointFolder,
  type ModelSummary,
  openRunFolder,
  requireRoom,
  type Summary,
  writeSummary,
} from './run-folder.ts';
import { type Settings, toOverrides } from './settings.ts';
import { type TrainedModel, train } from './trainer.ts';

/** Trains what `settings` ask for, prints the lab's lines, and fills the run folder as each model is done. */
export async function run(settings: Settings): Promise<void> {
  requireRoom(settings);
  const { out } = settings;
  const dataset = await loadDataset({ folder: settings.data, onProgress: downloadPrinter() });
  const { train: trained, heldOut } = holdOut(dataset.train, settings.heldOut);
  const limit = settings.limit ?? dataset.train.count;
  const data = { train: take(trained, limit), heldOut, test: take(dataset.test, limit) };
  const networks = settings.models.map((name) => resolveNetwork(modelSpec(name)));
  const { device, threads, kernels, allowSoftwareAdapter, optimizer, batchSize } = settings;
  const workload = { networks, optimizer, batchSize };
  const engine = await openEngine(device, {
    ...{ threads, kernels, allowSoftwareAdapter, workload },
    log: console.log,
  });
  console.log(`Engine ${engine.name}: ${engine.description}`);

  const asked = {
    ...settings,
    device: engine.name,
    data: settings.data === undefined ? undefined : resolve(settings.data),
  };
  const now = await beginning(asked, engine, { ...dataset, ...data });
  const summary = await openRunFolder(asked, now);
  for (const line of changes(summary, now)) console.log(line);
  await interruptible(
    async (signal) => {
      for (const network of networks) {
        if (summary.models[network.name]) continue;
        const { parameterCount, name } = network;
        console.log(`\n${name}: ${parameterCount.toLocaleString('en')} parameters\n`);
        const trainOn: Train = (network, data) => trainModel(settings, network, data, engine, signal);
        const trained = await trainOn(network, data);
        console.log(`Total training time: ${trained.seconds.toFixed(2)} seconds`);
        const calibrated = settings.calibration
          ? await calibrate(trained, data, { engine, batchSize, trainOn, signal, log: console.log })
          : undefined;
        if (calibrated) console.log(calibrationLine(calibrated.calibration));
        const { gitCommit, dataset, recipe, seed, epochs } = summary;
        const training = { recipe, seed, epochs, images: data.train.count, dataset, gitCommit };
        const { images } = data.test;
        const calibration = calibrated?.calibration;
        const release = await makeRelease(trained, { engine, training, calibration, images });
        await writeRelease(out, release);
        summary.models[name] = { ...summarize(trained, release), ...calibrated };
        await writeSummary(out, summary);
      }
    },
    (signal) => `Ended by ${signal}. Go on with: npm run train -- --resume ${out}`,
  );
  console.log(`\n${comparisonTable(summary.models)}\n\nRun folder: ${out}`);
}

/** Trains one model, from its newest checkpoint if it has one, with records and checkpoints. */
async function trainModel(
  { out, optimizer, epochs, batchSize, seed, schedule, augmentation, checkpointEvery }: Settings,
  network: Network,
  data: Pick<Dataset, 'train' | 'test'>,
  engine: Engine,
  signal: AbortSignal,
): Promise<TrainedModel> {
  const folder = checkpointFolder(out);
  const from = await newestCheckpoint(folder, network, optimizer, console.log);
  if (from) console.log(`Goes on after step ${from.optimizer.steps}.`);
  const records = await openRecords(out, network.name, from);
  const printer = trainingPrinter(batchSize);
  try {
    return await train(
      {
        ...{ network, data, engine, optimizer, epochs, batchSize, seed },
        ...{ schedule, augment: AUGMENTATIONS[augmentation](seed) },
      },
      {
        from,
        signal,
        checkpointEvery,
        checkpoint: (state, kind) => saveCheckpoint(folder, network, state, kind),
        onEvent(event) {
          printer.onEvent(event);
          records.onEvent(event);
        },
      },
    );
  } finally {
    printer.close();
    records.close();
  }
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
