/** @file A training that is done once, wherever and however often it is asked for: its release and its record are in the store then. */
import { ExplainedError } from '#shared/errors.ts';
import { lazy } from '#shared/lazy.ts';
import { resolveNetwork } from '#shared/model/spec.ts';
import { FILES } from '../dataset/fashion-mnist/files.ts';
import { type Dataset, divide } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { type ModelName, modelSpec } from '../model/zoo.ts';
import { upload } from '../registry/registry.ts';
import { codeDigest, gitCommit } from '../run/provenance.ts';
import type { Settings } from '../run/settings.ts';
import type { ObjectStore } from '../store/store.ts';
import { storeCheckpoints } from '../training/checkpoint/object-store.ts';
import { trainModel } from '../training/train-model.ts';
import { type Asked, askedOf, keyOf } from './asked.ts';
import { countRight, rightAnswers } from './judge.ts';
import {
  checkpointPrefix,
  type FinishedRecord,
  readRecord,
  type TrainingRecord,
  writeRecord,
} from './record.ts';

/** One model's training, with the key that its record is found by. */
export interface Training {
  settings: Settings;
  model: ModelName;
  asked: Asked;
  key: string;
}

/** The files are read once. */
const code = lazy(codeDigest);

/** The trainings that `settings` ask for, one a model. */
export async function trainingsOf(settings: Settings): Promise<Training[]> {
  const dataset = Object.fromEntries(Object.values(FILES).map(({ name, md5 }) => [name, md5]));
  const digest = await code();
  return Promise.all(
    settings.models.map(async (model) => {
      const asked = askedOf(settings, model, dataset, digest);
      return { settings, model, asked, key: await keyOf(asked) };
    }),
  );
}

export interface OnceContext {
  /** Loads the data set, when something is to be trained. */
  dataset: () => Promise<Dataset>;
  engine: (training: Training) => Promise<Engine>;
  /** Aborted, it ends training after the present step, with a checkpoint in the store. */
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * The record of a training: the one in the store, or that of the training which is done now, from its newest checkpoint on.
 * @throws ExplainedError of kind `store` when the store fails: what was trained until the last checkpoint is kept
 */
export async function trainOnce(
  store: ObjectStore,
  training: Training,
  context: OnceContext,
): Promise<TrainingRecord> {
  const { key, asked, model } = training;
  const { log } = context;
  const present = await readRecord(store, key);
  if (present) {
    log(`${model} is done already: record ${key} of ${present.finishedAt}.`);
    return present;
  }
  const engine = await context.engine(training);
  const about = { formatVersion: 1, asked, engine: `${engine.name}: ${engine.description}` } as const;
  const commit = await gitCommit();
  const result = await finish(store, training, engine, commit, context).catch((error: unknown) => {
    if (!(error instanceof ExplainedError) || error.kind !== 'divergence') throw error;
    return { outcome: 'diverged', why: error.message } as const;
  });
  const record = { ...about, gitCommit: commit, finishedAt: new Date().toISOString(), ...result };
  await writeRecord(store, record, log);
  return record;
}

/** Trains and releases to the store. */
async function finish(
  store: ObjectStore,
  { settings, model, key }: Training,
  engine: Engine,
  commit: string | null,
  { dataset: load, signal, log }: OnceContext,
): Promise<Pick<FinishedRecord, 'outcome' | 'name' | 'version' | 'metrics' | 'heldOut' | 'seconds'>> {
  const dataset = await load();
  const data = divide(dataset, settings.heldOut, settings.limit);
  const { trained, release } = await trainModel(settings, resolveNetwork(modelSpec(model)), {
    ...{ data, engine, signal, log },
    checkpoints: storeCheckpoints(store, checkpointPrefix(key), log),
    facts: { dataset: dataset.md5, gitCommit: commit },
  });
  await upload(store, release, log);
  const { name, version, metrics } = release.manifest;
  const { count: images } = data.heldOut;
  const heldOut = images
    ? { images, right: countRight(await rightAnswers(release.files.onnx, data.heldOut)) }
    : null;
  return { outcome: 'finished', name, version, metrics, heldOut, seconds: trained.seconds };
}
