/**
 * @file Trains one share of a sweep's grid. Several processes each take a share. A process that is killed leaves its checkpoints in the
 * store, and the next process with the same share resumes from them.
 */
import Table from 'cli-table3';
import type { ObjectStore } from '../store/store.ts';
import { ensureTrained, type JobContext } from './ensure-trained.ts';
import type { Grid, Point } from './grid.ts';

export interface Share {
  /** Index of this process, from 0; the completion index of a Kubernetes Job. */
  index: number;
  /** Number of processes. */
  shares: number;
}

/** Returns every `shares`th point. Neighbouring points take similar times, so all processes get about the same work. */
export const shareOf = ({ points }: Grid, { index, shares }: Share): Point[] =>
  points.filter((_, i) => i % shares === index);

/**
 * Trains the points of a share that have no record in the store. The engine decides how many are trained concurrently. A point that
 * diverges is a result, and does not stop the others.
 * @throws the error of the first worker that fails, after all workers have ended
 */
export async function sweep(
  store: ObjectStore,
  grid: Grid,
  share: Share,
  context: JobContext,
): Promise<void> {
  const points = shareOf(grid, share);
  if (points.length === 0) return;
  const { concurrency = 1 } = await context.engine(points[0].training);
  const queue = points.entries();
  const worker = async () => {
    for (const [i, { values, training }] of queue) {
      const about = describePoint(values);
      const log = concurrency > 1 ? (line: string) => context.log(`[${about}] ${line.trim()}`) : context.log;
      log(`\nPoint ${i + 1} of ${points.length}: ${about}`);
      const record = await ensureTrained(store, training, { ...context, log });
      if (record.outcome === 'diverged') log(`This point diverged: ${record.why}`);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Formats a point's values, as in `model tinyvgg, seed 3`. */
const describePoint = (values: Point['values']): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

/** Formats the grid as a table: its points, the index of the process that trains each, and their keys. */
export function planSweep({ axes, points }: Grid, shares: number): string {
  const keys = ['model', ...axes];
  const table = new Table({ head: ['point', ...keys, 'index', 'key'], style: { head: [], border: [] } });
  for (const [i, { values, training }] of points.entries()) {
    table.push([i, ...keys.map((key) => `${values[key]}`), i % shares, training.key.slice(0, 12)]);
  }
  return `${table}\n${points.length} points in ${shares} ${shares === 1 ? 'share' : 'shares'}.`;
}
