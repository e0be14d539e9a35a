/**
 * @file One of several processes that share a sweep. Each point is trained once: who dies leaves its checkpoints in the store, and
 * whoever takes the same share again goes on from there.
 */
import Table from 'cli-table3';
import type { ObjectStore } from '../store/store.ts';
import type { Grid, Point } from './grid.ts';
import { type OnceContext, trainOnce } from './once.ts';

export interface Share {
  /** This process, from 0: Kubernetes calls it the completion index. */
  index: number;
  /** Processes in all. */
  shares: number;
}

/** Every `shares`th point: neighbours, which take about as long, are done by different processes. */
export const shareOf = ({ points }: Grid, { index, shares }: Share): Point[] =>
  points.filter((_, i) => i % shares === index);

/**
 * Trains the points of a share whose records are not in the store yet, as many at once as its engine gains by. A point that
 * diverges is a result, too.
 * @throws what the first of them throws that fails, once all have come to an end
 */
export async function sweep(
  store: ObjectStore,
  grid: Grid,
  share: Share,
  context: OnceContext,
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
      const record = await trainOnce(store, training, { ...context, log });
      if (record.outcome === 'diverged') log(`It diverged: ${record.why}`);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const failed = ended.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** As in `model tinyvgg, seed 3`. */
const describePoint = (values: Point['values']): string =>
  Object.entries(values)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ');

/** The grid as a table: its points, and who trains each. */
export function planSweep({ axes, points }: Grid, shares: number): string {
  const keys = ['model', ...axes];
  const table = new Table({ head: ['point', ...keys, 'index', 'key'], style: { head: [], border: [] } });
  for (const [i, { values, training }] of points.entries()) {
    table.push([i, ...keys.map((key) => `${values[key]}`), i % shares, training.key.slice(0, 12)]);
  }
  return `${table}\n${points.length} points in ${shares} ${shares === 1 ? 'share' : 'shares'}.`;
}
