/** @file Reads the results of a run folder, finished or not. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { DESCRIPTION } from '../dataset/fashion-mnist/description.ts';
import { count } from '../format.ts';
import { commandLine } from '../installation.ts';
import { LAB_MODELS } from '../model/zoo.ts';
import { METRICS_FILE, type MetricsEntry, readMetrics } from '../run/metrics-file.ts';
import { COLOUR_NAMES, FIT_MODES } from '../run/overrides.ts';
import { SETTINGS_FILE } from '../run/settings.ts';
import { chosenEpoch, type ModelSummary, readSummary, type Summary } from '../run/summary.ts';
import type { EpochMetrics, ResultMetrics } from '../training/epoch-metrics.ts';

const RUNS = 'runs';

/** The members of `settings.json` that the report reads. */
const RunSettings = v.object({
  models: v.exactOptional(v.array(v.string())),
  network: v.exactOptional(v.object({ name: v.string() })),
  data: v.exactOptional(v.string()),
  imageSize: v.exactOptional(v.number()),
  colour: v.exactOptional(v.picklist(COLOUR_NAMES)),
  fit: v.exactOptional(v.picklist(FIT_MODES)),
  splitSeed: v.exactOptional(v.number()),
});
type RunSettings = v.InferOutput<typeof RunSettings>;

/** A model whose training has finished. */
export interface ModelResults extends ModelSummary {
  name: string;
  /** Names of the classes, by index. */
  labels: readonly string[];
  /** Metrics of the epoch that the weights are from. */
  final: ResultMetrics;
}

/** A model's results after an epoch. Its training may not have finished. */
export interface EpochResult extends EpochMetrics {
  model: string;
  /** Counted from 1. */
  epoch: number;
}

/** Returns what the epochs are compared on: the validation images where there are some, else the test images. */
export const evaluatedOn = (epochs: readonly EpochResult[]): 'validation' | 'test' =>
  epochs.some(({ validationLoss }) => validationLoss !== undefined) ? 'validation' : 'test';

/** Returns the loss and the accuracy on these images. */
export const evaluationOf = ({
  testLoss = Number.NaN,
  testAccuracy = Number.NaN,
  validationLoss: loss = testLoss,
  validationAccuracy: accuracy = testAccuracy,
}: EpochResult): { loss: number; accuracy: number } => ({ loss, accuracy });

export interface Results {
  folder: string;
  /** Name of the folder. */
  name: string;
  summary: Summary;
  /** The settings of the data set; none when they cannot be read. */
  settings: RunSettings;
  models: ModelResults[];
  /** The model with the highest test accuracy; undefined when no training has finished. */
  best: ModelResults | undefined;
  epochs: EpochResult[];
  metrics: MetricsEntry[];
  /** Sentences that name what the folder lacks. */
  missing: string[];
}

/**
 * Reads a run folder, finished or not.
 * @throws ExplainedError of kind `usage` when the summary cannot be read
 */
export async function readResults(folder: string): Promise<Results> {
  const summary = await readSummary(folder);
  const models = Object.entries(summary.models).map(([name, model]) => {
    return { name, labels: summary.classes, ...model, final: chosenEpoch(model) };
  });
  const missing: string[] = [];
  const records = await readMetrics(join(folder, METRICS_FILE)).catch((error: Error) => {
    missing.push(`metrics.jsonl cannot be read: ${error.message}`);
    return [];
  });
  const settings = await readSettings(join(folder, SETTINGS_FILE));
  // On Fashion-MNIST, the lab compares all three networks.
  const isLab = summary.data === DESCRIPTION.name && !settings.network;
  const own = settings.network ? [settings.network.name] : (settings.models ?? Object.keys(summary.models));
  const names = isLab ? [...new Set<string>([...LAB_MODELS, ...own])] : own;
  // The twins that calibration trains have records, too.
  const metrics = records.filter(({ model }) => names.includes(model));
  if (!metrics.some(({ type }) => type === 'steps')) {
    missing.push('metrics.jsonl has no steps, so there is no curve of the training loss.');
  }
  for (const name of names) {
    if (name in summary.models) continue;
    const diverged = summary.diverged?.[name];
    if (diverged) {
      const { step, epoch } = diverged;
      missing.push(
        `${name} diverged at step ${count(step)}, in epoch ${epoch + 1} of ${summary.epochs}: a loss or a weight was not finite. A smaller learning rate may help.`,
      );
      continue;
    }
    const last = metrics.findLast(({ model }) => model === name);
    if (last) {
      missing.push(
        `${name} is not finished: its last record is step ${count(last.step)}, in epoch ${last.epoch + 1} of ${summary.epochs}.`,
      );
    } else if (settings.models?.includes(name)) {
      missing.push(`${name} has not started.`);
    }
  }
  const epochs = [
    ...models.flatMap(({ name, epochs }) => epochs.map((e, i) => ({ model: name, epoch: i + 1, ...e }))),
    ...metrics.flatMap((record) =>
      record.type === 'epoch' && !(record.model in summary.models)
        ? [{ ...record, epoch: record.epoch + 1 }]
        : [],
    ),
  ];
  const best = models.toSorted((a, b) => b.final.testAccuracy - a.final.testAccuracy).at(0);
  return {
    folder,
    name: basename(resolve(folder)),
    summary,
    settings,
    models,
    best,
    epochs,
    metrics,
    missing,
  };
}

/**
 * Returns the run folder whose summary was written last.
 * @throws ExplainedError of kind `usage` when there is none
 */
export async function newestRun(): Promise<string> {
  const names = await readdir(RUNS).catch(() => []);
  const written = await Promise.all(
    names.map(async (name) => {
      const folder = join(RUNS, name);
      return { folder, time: (await stat(join(folder, 'summary.json')).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const newest = written.filter(({ time }) => time > 0).sort((a, b) => b.time - a.time)[0];
  if (newest) return newest.folder;
  throw new ExplainedError({
    kind: 'usage',
    what: `no run in ${resolve(RUNS)}`,
    expected: 'a folder with a summary.json',
    next: `Train with ${commandLine('train')}, or name a run folder with --run.`,
  });
}

/** Reads the settings that the run was started with; none when the file cannot be read. */
async function readSettings(path: string): Promise<RunSettings> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return v.parse(RunSettings, JSON.parse(text));
  } catch {
    return {};
  }
}
