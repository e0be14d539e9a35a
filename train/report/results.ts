/** @file What a run folder holds, and what it does not hold yet. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';
import { count } from '../format.ts';
import { MODEL_NAMES } from '../model/zoo.ts';
import { type MetricsEntry, readMetrics } from '../run/metrics-file.ts';
import { SETTINGS_FILE } from '../run/settings.ts';
import { type ModelSummary, readSummary, type Summary } from '../run/summary.ts';
import type { EpochMetrics } from '../training/epoch-metrics.ts';

const RUNS = 'runs';

/** What the report reads of `settings.json`. */
const RunSettings = v.object({ models: v.array(v.string()) });

/** A model that was trained to its end. */
export interface ModelResults extends ModelSummary {
  name: string;
  /** Of the last epoch. */
  final: EpochMetrics;
}

/** A model's test results after an epoch, whether or not it was trained to its end. */
export interface EpochResult extends EpochMetrics {
  model: string;
  /** Counted from 1. */
  epoch: number;
}

export interface Results {
  folder: string;
  /** Of the folder. */
  name: string;
  summary: Summary;
  models: ModelResults[];
  /** The model with the most test images right; undefined when none was trained to its end. */
  best: ModelResults | undefined;
  epochs: EpochResult[];
  metrics: MetricsEntry[];
  /** Sentences on what the folder lacks. */
  missing: string[];
}

/**
 * Reads a run folder, finished or not.
 * @throws ExplainedError of kind `usage` when it has no summary that can be read
 */
export async function readResults(folder: string): Promise<Results> {
  const summary = await readSummary(folder);
  const models = Object.entries(summary.models).map(([name, model]) => {
    return { name, ...model, final: model.epochs[model.epochs.length - 1] };
  });
  const missing: string[] = [];
  const records = await readMetrics(join(folder, 'metrics.jsonl')).catch((error: Error) => {
    missing.push(`metrics.jsonl cannot be read: ${error.message}`);
    return [];
  });
  // Twins have records, too.
  const metrics = records.filter(({ model }) => MODEL_NAMES.some((name) => name === model));
  if (!metrics.some(({ type }) => type === 'steps')) {
    missing.push('Without the steps of metrics.jsonl there is no curve of the training loss.');
  }
  const asked = await readAsked(join(folder, SETTINGS_FILE));
  for (const name of MODEL_NAMES) {
    if (name in summary.models) continue;
    const last = metrics.findLast(({ model }) => model === name);
    if (last) {
      missing.push(
        `${name} is not finished: its last record is of step ${count(last.step)}, in epoch ${last.epoch + 1} of ${summary.epochs}.`,
      );
    } else {
      missing.push(`${name} ${asked?.includes(name) ? 'has not begun' : 'is not part of this run'}.`);
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
  return { folder, name: basename(resolve(folder)), summary, models, best, epochs, metrics, missing };
}

/**
 * The run folder whose summary was written last.
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
    next: 'Train with npm run train, or name a run folder with --run.',
  });
}

/** The models that the run was asked for; undefined when it does not say. */
async function readAsked(path: string): Promise<string[] | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return v.parse(RunSettings, JSON.parse(text)).models;
  } catch {
    return undefined;
  }
}
