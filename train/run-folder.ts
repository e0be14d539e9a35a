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
import * as z from 'zod';
import { ExplainedError } from '#shared/errors.ts';
import { LABELS } from '#shared/labels.ts';
import { Calibration } from '#shared/manifest.ts';
import { EpochRecord } from './epoch-record.ts';
import { removeTemporaries, writeFileAtomic } from './files.ts';
import { SETTINGS_FILE, type Settings, toOverrides } from './settings.ts';

/** Of a reliability diagram. */
const Bins = z.array(
  z.object({
    images: z.int().min(0),
    /** Share of right ones, and mean of their largest scores, 0..1. */
    accuracy: z.number(),
    confidence: z.number(),
  }),
);

const ModelSummary = z.object({
  parameters: z.int(),
  epochs: z.array(EpochRecord).min(1),
  /** confusion[label][prediction] = test images after the last epoch. */
  confusion: z.array(z.array(z.int().min(0)).length(LABELS.length)).length(LABELS.length),
  trainSeconds: z.number(),
  /** Neither is there without calibration. */
  calibration: z.exactOptional(Calibration()),
  reliability: z.object({ before: Bins, after: Bins }).exactOptional(),
  /** `path` is relative to the run folder. */
  onnx: z.object({ path: z.string(), sha256: z.string(), bytes: z.int() }),
});
export type ModelSummary = z.infer<typeof ModelSummary>;

/** `summary.json`. */
const Summary = z.object({
  formatVersion: z.literal(1),
  recipe: z.string(),
  seed: z.int(),
  epochs: z.int(),
  batchSize: z.int().positive(),
  optimizer: z.string(),
  learningRate: z.number(),
  /** Of SGD. */
  momentum: z.number().exactOptional(),
  weightDecay: z.number(),
  /** Names of recipes.ts, and images held out; older runs do not say them, and had none. */
  schedule: z.string().default('constant'),
  augmentation: z.string().default('none'),
  heldOut: z.int().min(0).default(0),
  device: z.object({ name: z.string(), description: z.string() }),
  /** Images trained and tested on. */
  images: z.object({ train: z.int().positive(), test: z.int().positive() }),
  /** Official file name → MD5. */
  dataset: z.record(z.string(), z.string()),
  gitCommit: z.string().nullable(),
  startedAt: z.iso.datetime(),
  models: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), ModelSummary),
});
export type Summary = z.infer<typeof Summary>;

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
    return Summary.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot read ${path}`,
      expected: 'the summary of a run',
      got: cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message,
      next: 'Name another run folder, or train with npm run train.',
      cause,
    });
  }
}
