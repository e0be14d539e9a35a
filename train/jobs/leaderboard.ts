/** @file What a sweep has found so far, read from the records in the store: points that differ in their seed alone are one line. */
import Table from 'cli-table3';
import type { ObjectStore } from '../store/store.ts';
import type { Grid } from './grid.ts';
import { type FinishedRecord, readRecord, type TrainingRecord } from './record.ts';

/** Mean and standard deviation over seeds, 0..1; the deviation of one is not known. */
interface Spread {
  mean: number;
  deviation: number | null;
}

interface Line {
  /** What the points of this line have in common. */
  values: Readonly<Record<string, unknown>>;
  finished: number;
  diverged: number;
  missing: number;
  /** Share of the held-out images that are right; null where none was held out. */
  heldOut: Spread | null;
  test: Spread | null;
  /** The version with the most held-out images right, of test images where none was held out. */
  best: string | null;
}

export interface Leaderboard {
  /** Best first, by held-out images. */
  lines: Line[];
  points: number;
  finished: number;
  diverged: number;
  missing: number;
}

/** Requests under way. */
const AT_ONCE = 32;

export async function leaderboard(store: ObjectStore, { points }: Grid): Promise<Leaderboard> {
  const records: (TrainingRecord | undefined)[] = [];
  for (let first = 0; first < points.length; first += AT_ONCE) {
    const some = points.slice(first, first + AT_ONCE);
    records.push(...(await Promise.all(some.map(({ training }) => readRecord(store, training.key)))));
  }
  const groups = new Map<string, { values: Line['values']; records: (TrainingRecord | undefined)[] }>();
  for (const [i, point] of points.entries()) {
    const { seed, ...values } = point.values;
    const name = JSON.stringify(values);
    const group = groups.get(name) ?? { values, records: [] };
    group.records.push(records[i]);
    groups.set(name, group);
  }
  const lines = [...groups.values()].map(({ values, records }) => lineOf(values, records));
  const sum = (count: (line: Line) => number) => lines.reduce((n, line) => n + count(line), 0);
  return {
    lines: lines.toSorted((a, b) => scoreOf(b) - scoreOf(a)),
    points: points.length,
    finished: sum(({ finished }) => finished),
    diverged: sum(({ diverged }) => diverged),
    missing: sum(({ missing }) => missing),
  };
}

function lineOf(values: Line['values'], records: (TrainingRecord | undefined)[]): Line {
  const finished = records.filter((record): record is FinishedRecord => record?.outcome === 'finished');
  const held = finished.flatMap(({ heldOut }) => (heldOut ? [heldOut.right / heldOut.images] : []));
  const best = finished.toSorted((a, b) => accuracyOf(b) - accuracyOf(a))[0];
  return {
    values,
    finished: finished.length,
    diverged: records.filter((record) => record?.outcome === 'diverged').length,
    missing: records.filter((record) => !record).length,
    heldOut: spread(held),
    test: spread(finished.map(({ metrics }) => metrics.testAccuracy)),
    best: best?.version ?? null,
  };
}

/** On images that nothing was chosen by, where there are such. */
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

/** As a table with a line about what is missing. */
export function printLeaderboard({ lines, points, finished, diverged, missing }: Leaderboard): string {
  const keys = Object.keys(lines[0]?.values ?? {});
  const table = new Table({
    head: [...keys, 'trained', 'held-out images', 'test images', 'best version'],
    colAligns: [...keys.map(() => 'left' as const), 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const line of lines) {
    const of = line.finished + line.diverged + line.missing;
    table.push([
      ...keys.map((key) => `${line.values[key]}`),
      `${line.finished} of ${of}${line.diverged ? `, ${line.diverged} diverged` : ''}`,
      percent(line.heldOut),
      percent(line.test),
      line.best?.slice(0, 12) ?? '–',
    ]);
  }
  const rest = [diverged && `${diverged} diverged`, missing && `${missing} missing`].filter(Boolean);
  return `${table}\n${finished} of ${points} points trained${rest.length ? `, ${rest.join(', ')}` : ''}.`;
}

function percent(share: Spread | null): string {
  if (!share) return '–';
  const { mean, deviation } = share;
  return `${(100 * mean).toFixed(2)} %${deviation === null ? '' : ` ± ${(100 * deviation).toFixed(2)}`}`;
}
