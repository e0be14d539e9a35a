/** @file One model, from its settings to a release: trained, or gone on with where an earlier process stood; calibrated; exported. */
import type { Network } from '#shared/model/spec.ts';
import { calibrationLine, trainingPrinter } from '../cli/progress.ts';
import { AUGMENTATIONS } from '../dataset/fashion-mnist/augment/augment.ts';
import type { RunData } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine } from '../engine/open.ts';
import type { Release } from '../registry/release.ts';
import { makeRelease } from '../release/release.ts';
import type { Records } from '../run/records.ts';
import type { Settings } from '../run/settings.ts';
import { type Calibrated, calibrate, type Train } from './calibrate.ts';
import type { Checkpoints } from './checkpoint/checkpoints.ts';
import { type TrainedModel, type TrainingState, train } from './trainer.ts';

export interface ModelContext {
  data: RunData;
  engine: Engine;
  checkpoints: Checkpoints;
  /** Opens what else is told of a network's training as it goes on. */
  openRecords?: (network: Network, from: TrainingState | undefined) => Promise<Records>;
  /** For the manifest: the data set's MD5s and the trainer's commit. */
  facts: { dataset: Record<string, string>; gitCommit: string | null };
  /** Aborted, it ends training after the present step, with a checkpoint. */
  signal: AbortSignal;
  /** Gets each line; console.log for a training that has the terminal to itself, and shows a bar there. */
  log: (line: string) => void;
}

export interface ReleasedModel {
  trained: TrainedModel;
  /** Undefined where scores are left as they are. */
  calibrated: Calibrated | undefined;
  release: Release;
}

/** The engine of a device, by what it is asked to train, and a line about it. */
export async function openTrainingEngine(settings: Settings, networks: Network[]): Promise<Engine> {
  const { device, threads, kernels, allowSoftwareAdapter, optimizer, batchSize } = settings;
  const engine = await openEngine(device, {
    ...{ threads, kernels, allowSoftwareAdapter },
    workload: { networks, optimizer, batchSize },
    log: console.log,
  });
  console.log(`Engine ${engine.name}: ${engine.description}`);
  return engine;
}

/** Trains one model as `settings` ask, prints the lab's lines, and makes its release. */
export async function trainModel(
  settings: Settings,
  network: Network,
  context: ModelContext,
): Promise<ReleasedModel> {
  const { data, engine, facts, signal, log } = context;
  const { batchSize, name: recipe, seed, epochs } = settings;
  log(`\n${network.name}: ${network.parameterCount.toLocaleString('en')} parameters\n`);
  const trainOn: Train = (network, data) => trainNetwork(settings, network, data, context);
  const trained = await trainOn(network, data);
  log(`Total training time: ${trained.seconds.toFixed(2)} seconds`);
  const calibrated = settings.calibration
    ? await calibrate(trained, data, { engine, batchSize, trainOn, signal, log })
    : undefined;
  if (calibrated) log(calibrationLine(calibrated.calibration));
  const training = { recipe, seed, epochs, images: data.train.count, ...facts };
  const release = await makeRelease(trained, {
    engine,
    training,
    calibration: calibrated?.calibration,
    images: data.test.images,
  });
  return { trained, calibrated, release };
}

/** From the newest checkpoint, if there is one. */
async function trainNetwork(
  { optimizer, epochs, batchSize, seed, schedule, augmentation, checkpointEvery }: Settings,
  network: Network,
  data: Pick<RunData, 'train' | 'test'>,
  { engine, checkpoints, openRecords, signal, log }: ModelContext,
): Promise<TrainedModel> {
  const from = await checkpoints.newest(network, optimizer);
  if (from) log(`Goes on after step ${from.optimizer.steps}.`);
  const records = await openRecords?.(network, from);
  const printer = trainingPrinter(batchSize, log);
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
        checkpoint: (state, kind) => checkpoints.save(network, state, kind),
        onEvent(event) {
          printer.onEvent(event);
          records?.onEvent(event);
        },
      },
    );
  } finally {
    printer.close();
    records?.close();
  }
}
