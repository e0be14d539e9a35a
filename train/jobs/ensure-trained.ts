/** @file Trains a model unless the object store has the record of its training. Afterwards the store has its release and its record. */
import { ExplainedError } from '#shared/errors.ts';
import { augmentationFor } from '../dataset/augmentations.ts';
import type { DataSettings } from '../dataset/open.ts';
import { type Dataset, divide } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { upload } from '../registry/registry.ts';
import { networkOf } from '../run/networks.ts';
import { gitCommit } from '../run/provenance.ts';
import { limitLine } from '../run/run.ts';
import { requireStart } from '../run/start.ts';
import { requireSameTask, withTeacher } from '../run/teacher.ts';
import { trainModel } from '../run/train-model.ts';
import type { ObjectStore } from '../store/store.ts';
import { storeCheckpoints } from '../training/checkpoint/object-store.ts';
import { correctPredictions, countCorrect } from './held-out-accuracy.ts';
import {
  checkpointPrefix,
  type FinishedRecord,
  readRecord,
  type TrainingRecord,
  writeRecord,
} from './training-record.ts';
import type { Training } from './trainings.ts';

export interface JobContext {
  /** Loads the data set that the settings name. Called only when a training or a comparison needs it. */
  dataset: (settings: DataSettings) => Promise<Dataset>;
  engine: (training: Training) => Promise<Engine>;
  /** On abort, training ends after the current step with a checkpoint in the store. */
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * Returns the record of a training from the store. Without a record, it trains first, from the newest checkpoint if there is one.
 * @throws ExplainedError of kind `store` when the store fails; the last checkpoint is kept
 */
export async function ensureTrained(
  store: ObjectStore,
  training: Training,
  context: JobContext,
): Promise<TrainingRecord> {
  const { key, inputs, model } = training;
  const { log } = context;
  const present = await readRecord(store, key);
  if (present) {
    log(`${model} was trained before: record ${key} of ${present.finishedAt}.`);
    return present;
  }
  const engine = await context.engine(training);
  const commit = await gitCommit();
  const result = await trainAndUpload(store, training, engine, commit, context).catch((error: unknown) => {
    if (!(error instanceof ExplainedError) || error.kind !== 'divergence') throw error;
    return { outcome: 'diverged', why: error.message } as const;
  });
  const record: TrainingRecord = {
    formatVersion: 1,
    asked: inputs,
    engine: `${engine.name}: ${engine.description}`,
    gitCommit: commit,
    finishedAt: new Date().toISOString(),
    ...result,
  };
  await writeRecord(store, record, log);
  return record;
}

async function trainAndUpload(
  store: ObjectStore,
  { settings, model, key, sources }: Training,
  engine: Engine,
  commit: string | null,
  { dataset: load, signal, log }: JobContext,
): Promise<Pick<FinishedRecord, 'outcome' | 'name' | 'version' | 'metrics' | 'heldOut' | 'seconds'>> {
  const dataset = await load(settings);
  requireSameTask(sources.teacher, dataset);
  const network = networkOf(settings, model, dataset);
  requireStart([network], sources, dataset);
  const divided = divide(dataset, settings.heldOut, settings.limit);
  const limited = limitLine(divided, divide(dataset, settings.heldOut));
  if (limited) log(limited);
  const { batchSize, augmentation, seed } = settings;
  const augment = augmentationFor(augmentation, seed, dataset);
  const data = await withTeacher(divided, sources.teacher, { engine, batchSize, augment, signal, log });
  const { trained, release } = await trainModel(settings, network, {
    ...{ data, dataset, engine, sources, signal, log },
    checkpoints: storeCheckpoints(store, checkpointPrefix(key), log),
    provenance: { dataset: dataset.digests, gitCommit: commit },
  });
  await upload(store, release, log);
  const { name, version, metrics } = release.manifest;
  const { count: images } = data.heldOut;
  const heldOut = images
    ? {
        images,
        right: countCorrect(
          await correctPredictions(release.files.onnx, data.heldOut, dataset.classes.length),
        ),
      }
    : null;
  return { outcome: 'finished', name, version, metrics, heldOut, seconds: trained.seconds };
}
