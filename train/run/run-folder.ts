/**
 * @file A run's folder:
 *
 * ```
 * settings.json                   what was asked for; as a configuration file, it asks for the same again
 * summary.json                    what came out so far
 * <model>.{onnx,safetensors,json} each model's release
 * metrics.jsonl, tensorboard/     training as it went on
 * checkpoints/                    where training stands
 * ```
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '#shared/labels.ts';
import { Calibration } from '#shared/manifest.ts';
import { Count, Real, Time, Whole } from '#shared/validation.ts';
import { removeTemporaries, writeFileAtomic } from '../files.ts';
import { EpochRecord } from './epoch-record.ts';
import { SETTINGS_FILE, type Settings, toOverrides } from './settings.ts';

const Several = v.pipe(Whole, v.minValue(0));

/** Of a reliability diagram. */
const Bins = v.array(
  v.object({
    images: Several,
    /** Share of right ones, and mean of their largest scores, 0..1. */
    accuracy: Real,
    confidence: Real,
  }),
);

const perLabel = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.length(LABELS.length));

const ModelSummary = v.object({
  parameters: Whole,
  epochs: v.pipe(v.array(EpochRecord), v.minLength(1)),
  /** confusion[label][prediction] = test images after the last epoch. */
  confusion: perLabel(perLabel(Several)),
  trainSeconds: Real,
  /** Neither is there without calibration. */
  calibration: v.exactOptional(Calibration),
  reliability: v.exactOptional(v.object({ before: Bins, after: Bins })),
  /** `path` is relative to the run folder. */
  onnx: v.object({ path: v.string(), sha256: v.string(), bytes: Whole }),
});
export type ModelSummary = v.InferOutput<typeof ModelSummary>;

/** `summary.json`. */
const Summary = v.object({
  formatVersion: v.literal(1),
  recipe: v.string(),
  seed: Whole,
  epochs: Whole,
  batchSize: Count,
  optimizer: v.string(),
  learningRate: Real,
  /** Of SGD. */
  momentum: v.exactOptional(Real),
  weightDecay: Real,
  /** Names of recipes.ts, and images held out; older runs do not say them, and had none. */
  schedule: v.optional(v.string(), 'constant'),
  augmentation: v.optional(v.string(), 'none'),
  heldOut: v.optional(Several, 0),
  device: v.object({ name: v.string(), description: v.string() }),
  /** Images trained and tested on. */
  images: v.object({ train: Count, test: Count }),
  /** Official file name → MD5. */
  dataset: v.record(v.string(), v.string()),
  gitCommit: v.nullable(v.string()),
  startedAt: Time,
  models: v.record(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/)), ModelSummary),
});
export type Summary = v.InferOutput<typeof Summary>;

export const checkpointFolder = (out: string): string => join(out, 'checkpoints');
const summaryPath = (out: string): string => join(out, 'summary.json');

/** @throws ExplainedError of kind `usage` when a run that begins would meet another one */
export function requireRoom({ out, resume }: Settings): void {
  if (resume || !(existsSync(join(out, SETTINGS_FILE)) || existsSync(summaryPath(out)))) return;
  throw new ExplainedError({
    kind: 'usage',
    what: `${out} holds a run already`,
    next: `Go on with it by --resume ${out}, give another folder with --out, or remove this one.`,
  });
}

/**
 * Begins the folder, or opens it again.
 * @param settings with the device that `auto` stood for
 * @returns the summary so far: that of the run's beginning when it goes on
 * @throws ExplainedError of kind `disk` when the folder cannot be written
 */
export async function openRunFolder(settings: Settings, fresh: Summary): Promise<Summary> {
  const { out, resume } = settings;
  if (resume && existsSync(summaryPath(out))) {
    await removeTemporaries(out);
    await removeTemporaries(checkpointFolder(out));
    return readSummary(out);
  }
  await writeFileAtomic(join(out, SETTINGS_FILE), `${JSON.stringify(toOverrides(settings), null, 2)}\n`);
  await writeSummary(out, fresh);
  return fresh;
}

export const writeSummary = (out: string, summary: Summary): Promise<void> =>
  writeFileAtomic(summaryPath(out), `${JSON.stringify(summary, null, 2)}\n`);

/**
 * The summary of a run, finished or not.
 * @throws ExplainedError of kind `usage` when there is none that can be read
 */
export async function readSummary(out: string): Promise<Summary> {
  const path = summaryPath(out);
  try {
    return v.parse(Summary, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read ${path}`,
      expected: 'the summary of a run',
      got: cause instanceof v.ValiError ? v.summarize(cause.issues) : (cause as Error).message,
      next: 'Name another run folder, or train with npm run train.',
      cause,
    });
  }
}
