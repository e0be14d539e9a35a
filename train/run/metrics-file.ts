/**
 * @file `metrics.jsonl` in a run folder: one JSON object per line, in the order of the training events.
 *
 * Each line is appended with one write. A process that is killed may leave half of its last line; the reader ignores it.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { Real, Whole } from '#shared/validation.ts';
import { orDiskError, writeFileAtomic } from '../files.ts';
import { EpochMetrics, TestMetrics } from '../training/epoch-metrics.ts';

export const METRICS_FILE = 'metrics.jsonl';

/** Metrics of the steps since the entry before. */
const StepsEntry = v.object({
  type: v.literal('steps'),
  model: v.string(),
  /** From 0. */
  epoch: Whole,
  /** Number of steps since training began. */
  step: Whole,
  /** Mean loss of these steps. */
  loss: Real,
  /** Of the last of these steps. Older runs lack it. */
  learningRate: v.exactOptional(Real),
  /** Time of training and evaluation so far. */
  seconds: Real,
});

/** Metrics of a finished epoch. */
const EpochEntry = v.object({
  type: v.literal('epoch'),
  model: v.string(),
  epoch: Whole,
  step: Whole,
  ...EpochMetrics.entries,
  seconds: Real,
});

/** Results of the weights of an epoch on the test images, at the end of a training with validation images. */
const TestEntry = v.object({
  type: v.literal('test'),
  model: v.string(),
  epoch: Whole,
  step: Whole,
  ...TestMetrics.entries,
  seconds: Real,
});

const MetricsEntry = v.variant('type', [StepsEntry, EpochEntry, TestEntry]);
export type MetricsEntry = v.InferOutput<typeof MetricsEntry>;

/** Reads all whole lines of the file; none when there is no file. */
export async function readMetrics(path: string): Promise<MetricsEntry[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => v.parse(MetricsEntry, JSON.parse(line)));
}

/** Removes the entries that `keep` rejects. */
export async function filterMetrics(path: string, keep: (entry: MetricsEntry) => boolean): Promise<void> {
  const entries = await readMetrics(path);
  await writeFileAtomic(path, entries.filter(keep).map(toLine).join(''));
}

/** Opens the file to append entries. */
export function openMetrics(path: string): { append(entry: MetricsEntry): void; close(): void } {
  const file = orDiskError(path, () => openSync(path, 'a'));
  return {
    append: (entry) => orDiskError(path, () => writeSync(file, toLine(entry))),
    close: () => closeSync(file),
  };
}

const toLine = (entry: MetricsEntry): string => `${JSON.stringify(entry)}\n`;
