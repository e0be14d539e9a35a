/** @file `summary.json` of a run folder: the run's settings and environment, and the results of its finished models. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { Calibration } from '#shared/manifest.ts';
import { Count, Real, Time, Whole } from '#shared/validation.ts';
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { type Dataset, imagesOf, type RunData } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { adam } from '../engine/optimizer.ts';
import { writeFileAtomic } from '../files.ts';
import { commandLine } from '../installation.ts';
import { idsOf, type Sources } from '../release/source.ts';
import { EpochMetrics, ResultMetrics } from '../training/epoch-metrics.ts';
import { initializationOf } from './networks.ts';
import { gitCommit } from './provenance.ts';
import { type Settings, toOverrides } from './settings.ts';
import type { ReleasedModel } from './train-model.ts';

const NonNegative = v.pipe(Whole, v.minValue(0));

/** Bins of a reliability diagram (train/training/reliability.ts). */
const Bins = v.array(v.object({ images: NonNegative, accuracy: Real, confidence: Real }));

const ModelSummary = v.object({
  parameters: Whole,
  epochs: v.pipe(v.array(EpochMetrics), v.minLength(1)),
  /** Index of the epoch that the weights are from; the last one if absent. */
  chosen: v.exactOptional(NonNegative),
  /** confusion[label][prediction] = test images after that epoch. */
  confusion: v.array(v.array(NonNegative)),
  trainSeconds: Real,
  /** Both are missing for a model that is not calibrated. */
  calibration: v.exactOptional(Calibration),
  reliability: v.exactOptional(v.object({ before: Bins, after: Bins })),
  /** `path` is relative to the run folder. */
  onnx: v.object({ path: v.string(), sha256: v.string(), bytes: Whole }),
});
export type ModelSummary = v.InferOutput<typeof ModelSummary>;

const ModelName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/));

/** A training that diverged: a result, because the same training would diverge again. */
const DivergedModel = v.object({
  /** From 0. */
  epoch: NonNegative,
  /** Number of steps since training began. */
  step: NonNegative,
  why: v.string(),
});
export type DivergedModel = v.InferOutput<typeof DivergedModel>;

const ReleaseId = v.object({ name: v.string(), version: v.string() });

const Images = v.object({ train: Count, test: Count });

const Members = v.object({
  formatVersion: v.literal(1),
  recipe: v.string(),
  seed: Whole,
  epochs: Whole,
  batchSize: Count,
  optimizer: v.string(),
  learningRate: Real,
  /** Only with SGD. */
  momentum: v.exactOptional(Real),
  /** Only with Adam and AdamW. Older runs lack them; their values were PyTorch's. */
  beta1: v.exactOptional(Real),
  beta2: v.exactOptional(Real),
  epsilon: v.exactOptional(Real),
  weightDecay: Real,
  /** Older runs lack the next members; their values were the defaults here. */
  schedule: v.optional(v.string(), 'constant'),
  augmentation: v.optional(v.string(), 'none'),
  heldOut: v.optional(NonNegative, 0),
  labelSmoothing: v.optional(Real, 0),
  averaging: v.optional(Real, 0),
  select: v.optional(v.string(), 'last'),
  patience: v.optional(Whole),
  /** How the first weights of each model are drawn; as PyTorch does for a model that is not listed. */
  initialization: v.optional(v.record(v.string(), v.string()), {}),
  /** The release from all of whose weights training started. */
  weights: v.optional(ReleaseId),
  /** The release whose convolutions training started from. */
  pretrained: v.optional(ReleaseId),
  /** The release whose probabilities took the place of the labels. The training losses are then the cross-entropies with them. */
  teacher: v.optional(ReleaseId),
  device: v.object({ name: v.string(), description: v.string() }),
  /** Number of training and test images. */
  images: Images,
  /** Number of training and test images that there are, where the run is limited to fewer. */
  wholeImages: v.optional(Images),
  /** Name of the data set, and of its classes. Older runs lack both; they are of Fashion-MNIST. */
  data: v.optional(v.string(), DESCRIPTION.name),
  classes: v.optional(v.array(v.string()), [...DESCRIPTION.classes]),
  /** Digest of each source of the data set, by its name. */
  dataset: v.record(v.string(), v.string()),
  gitCommit: v.nullable(v.string()),
  startedAt: Time,
  models: v.record(ModelName, ModelSummary),
  /** The models whose training diverged. */
  diverged: v.optional(v.record(ModelName, DivergedModel)),
});
export type Summary = v.InferOutput<typeof Members>;

/** Returns whether a matrix has a row and a column for each class. */
const fits = (matrix: readonly (readonly number[])[], { length }: readonly string[]): boolean =>
  matrix.length === length && matrix.every((row) => row.length === length);

const Summary = v.pipe(
  Members,
  v.check(
    ({ models, classes }) => Object.values(models).every(({ confusion }) => fits(confusion, classes)),
    'the confusion of a model does not fit the classes',
  ),
);

export const summaryPath = (folder: string): string => join(folder, 'summary.json');

/**
 * Makes the summary of a run that begins now.
 * @param data the data set, with the parts that the run uses
 * @param whole the parts before they were limited
 */
export async function newSummary(
  settings: Settings,
  engine: Engine,
  data: Dataset,
  sources: Sources,
  whole: RunData,
): Promise<Summary> {
  const { name, seed, epochs, batchSize, schedule, augmentation, heldOut } = settings;
  const { labelSmoothing, select, patience } = settings;
  const {
    optimizer = '',
    learningRate = 0,
    momentum,
    beta1,
    beta2,
    epsilon,
    weightDecay = 0,
    averaging = 0,
  } = toOverrides(settings);
  return {
    formatVersion: 1,
    recipe: name,
    seed,
    epochs,
    batchSize,
    optimizer,
    learningRate,
    ...(momentum !== undefined && { momentum }),
    ...(beta1 !== undefined && { beta1 }),
    ...(beta2 !== undefined && { beta2 }),
    ...(epsilon !== undefined && { epsilon }),
    weightDecay,
    schedule,
    augmentation,
    heldOut,
    ...{ labelSmoothing, averaging, select, patience },
    initialization: initializationsOf(settings),
    ...idsOf(sources),
    device: { name: engine.name, description: engine.description },
    images: imagesOf(data),
    ...(!isDeepStrictEqual(imagesOf(data), imagesOf(whole)) && { wholeImages: imagesOf(whole) }),
    data: data.name,
    classes: [...data.classes],
    dataset: data.digests,
    gitCommit: await gitCommit(),
    startedAt: new Date().toISOString(),
    models: {},
  };
}

function initializationsOf(settings: Settings): Record<string, string> {
  const all = settings.models.map((model) => [model, initializationOf(settings, model)] as const);
  return Object.fromEntries(all.filter(([, initialization]) => initialization !== 'pytorch'));
}

/** Returns the metrics of the epoch that a model's weights are from. */
export const chosenEpoch = ({ epochs, chosen = epochs.length - 1 }: ModelSummary): ResultMetrics =>
  v.parse(ResultMetrics, epochs[chosen]);

export function summarizeModel({ trained, calibrated, release: { manifest } }: ReleasedModel): ModelSummary {
  const { network, epochs, chosen, confusion, seconds } = trained;
  return {
    parameters: network.parameterCount,
    epochs,
    chosen,
    confusion,
    trainSeconds: seconds,
    onnx: { path: `${manifest.name}.onnx`, sha256: manifest.version, bytes: manifest.bytes },
    ...calibrated,
  };
}

export const writeSummary = (folder: string, summary: Summary): Promise<void> =>
  writeFileAtomic(summaryPath(folder), `${JSON.stringify(summary, null, 2)}\n`);

/**
 * Reads the summary of a run, finished or not.
 * @throws ExplainedError of kind `usage` when it is missing or damaged
 */
export async function readSummary(folder: string): Promise<Summary> {
  const path = summaryPath(folder);
  try {
    const summary = v.parse(Summary, JSON.parse(await readFile(path, 'utf8')));
    const { beta1, beta2, epsilon } = adam();
    return { ...(summary.optimizer !== 'sgd' && { beta1, beta2, epsilon }), ...summary };
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read ${path}`,
      expected: 'the summary of a run',
      got: cause instanceof v.ValiError ? v.summarize(cause.issues) : (cause as Error).message,
      next: `Name another run folder, or train with ${commandLine('train')}.`,
      cause,
    });
  }
}
