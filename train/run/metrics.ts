/**
 * @file `metrics.jsonl` of a run folder: one JSON object a line, in the order in which things happened.
 *
 * A line is appended whole. A process that dies may leave half of the last one; it is left out when the file is read.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { Real, Whole } from '#shared/validation.ts';
import { orDiskError, writeFileAtomic } from '../files.ts';
import { EpochRecord } from './epoch-record.ts';

/** Some steps of training. */
const StepRecord = v.object({
  type: v.literal('steps'),
  model: v.string(),
  /** Counted from 0. */
  epoch: Whole,
  /** Steps done since training began, these included. */
  step: Whole,
  /** Mean loss of the steps since the record before. */
  loss: Real,
  /** Of training and evaluation so far. */
  seconds: Real,
});

/** The end of an epoch, with its evaluation. */
const EpochEndRecord = v.object({
  type: v.literal('epoch'),
  model: v.string(),
  epoch: Whole,
  step: Whole,
  ...EpochRecord.entries,
  seconds: Real,
});

const MetricsRecord = v.variant('type', [StepRecord, EpochEndRecord]);
export type MetricsRecord = v.InferOutput<typeof MetricsRecord>;

/** All whole records of the file; none when there is no file. */
export async function readMetrics(path: string): Promise<MetricsRecord[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => v.parse(MetricsRecord, JSON.parse(line)));
}

/** Leaves only the records that `keep` accepts. */
export async function filterMetrics(path: string, keep: (record: MetricsRecord) => boolean): Promise<void> {
  const records = await readMetrics(path);
  await writeFileAtomic(path, records.filter(keep).map(lineOf).join(''));
}

/** Opens the file for more records. */
export function openMetrics(path: string): { append(record: MetricsRecord): void; close(): void } {
  const file = orDiskError(path, () => openSync(path, 'a'));
  return {
    append: (record) => orDiskError(path, () => writeSync(file, lineOf(record))),
    close: () => closeSync(file),
  };
}

const lineOf = (record: MetricsRecord): string => `${JSON.stringify(record)}\n`;
