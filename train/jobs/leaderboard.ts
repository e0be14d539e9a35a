/** @file Ranks the points of a sweep by the records in the store. Points that differ only in their seed share a line. */
import Table from 'cli-table3';
import { percent } from '../format.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Grid } from './grid.ts';
import { type FinishedRecord, readRecord, type TrainingRecord } from './training-record.ts';

/** Mean and standard deviation over seeds, 0..1. The deviation of a single value is null. */
interface Spread {
  mean: number;
  deviation: number | null;
}

interface Line {
  /** The values that the line's points share. */
  values: Readonly<Record<string, unknown>>;
  finished: number;
  diverged: number;
  missing: number;
  /** Accuracy on the held-out images; null when none are held out. */
  heldOut: Spread | null;
  /** Accuracy on the test images. */
  test: Spread | null;
  /** The version with the highest held-out accuracy, or test accuracy when no images are held out. */
  best: string | null;
}

export interface Leaderboard {
  /** Best first, by held-out accuracy. */
  lines: Line[];
  points: number;
  finished: number;
  diverged: number;
  missing: number;
}

/** A point's record; undefined when it is missing. */
type PointRecord = TrainingRecord | undefined;

const CONCURRENT_REQUESTS = 32;

/** Reads the records of a grid's points, and ranks the points. */
export async function leaderboard(store: ObjectStore, { points }: Grid): Promise<Leaderboard> {
  const records: PointRecord[] = [];
  for (let first = 0; first < points.length; first += CONCURRENT_REQUESTS) {
    const some = points.slice(first, first + CONCURRENT_REQUESTS);
    records.push(...(await Promise.all(some.map(({ training }) => readRecord(store, training.key)))));
  }
  const groups = new Map<string, { values: Line['values']; records: PointRecord[] }>();
  for (const [i, point] of points.entries()) {
    const { seed, ...values } = point.values;
    const name = JSON.stringify(values);
    const group = groups.get(name) ?? { values, records: [] };
    group.records.push(records[i]);
    groups.set(name, group);
  }
  const lines = [...groups.values()].map(({ values, records }) => makeLine(values, records));
  const sum = (count: (line: Line) => number) => lines.reduce((n, line) => n + count(line), 0);
  return {
    lines: lines.toSorted((a, b) => scoreOf(b) - scoreOf(a)),
    points: points.length,
    finished: sum(({ finished }) => finished),
    diverged: sum(({ diverged }) => diverged),
    missing: sum(({ missing }) => missing),
  };
}

function makeLine(values: Line['values'], records: PointRecord[]): Line {
  const finished = records.filter((record): record is FinishedRecord => record?.outcome === 'finished');
  const heldOut = finished.flatMap(({ heldOut }) => (heldOut ? [heldOut.right / heldOut.images] : []));
  const best = finished.toSorted((a, b) => accuracyOf(b) - accuracyOf(a))[0];
  return {
    values,
    finished: finished.length,
    diverged: records.filter((record) => record?.outcome === 'diverged').length,
    missing: records.filter((record) => !record).length,
    heldOut: spread(heldOut),
    test: spread(finished.map(({ metrics }) => metrics.testAccuracy)),
    best: best?.version ?? null,
  };
}

/** Returns the held-out accuracy, or the test accuracy when no images are held out. */
const accuracyOf = ({ heldOut, metrics }: FinishedRecord): number =>
  heldOut ? heldOut.right / heldOut.images : metrics.testAccuracy;

const scoreOf = ({ heldOut, test }: Line): number => (heldOut ?? test)?.mean ?? -1;

function spread(values: number[]): Spread | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : null };
}

/** Formats the leaderboard as a table, with a line about missing points. */
export function formatLeaderboard({ lines, points, finished, diverged, missing }: Leaderboard): string {
  const keys = Object.keys(lines[0]?.values ?? {});
  const table = new Table({
    head: [...keys, 'trained', 'held-out accuracy', 'test accuracy', 'best version'],
    colAligns: [...keys.map(() => 'left' as const), 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const line of lines) {
    const all = line.finished + line.diverged + line.missing;
    table.push([
      ...keys.map((key) => `${line.values[key]}`),
      `${line.finished} of ${all}${line.diverged ? `, ${line.diverged} diverged` : ''}`,
      formatSpread(line.heldOut),
      formatSpread(line.test),
      line.best?.slice(0, 12) ?? '–',
    ]);
  }
  const rest = [diverged && `${diverged} diverged`, missing && `${missing} missing`].filter(Boolean);
  return `${table}\n${finished} of ${points} points trained${rest.length ? `, ${rest.join(', ')}` : ''}.`;
}

function formatSpread(share: Spread | null): string {
  if (!share) return '–';
  const { mean, deviation } = share;
  return `${percent(mean)}${deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`}`;
}
