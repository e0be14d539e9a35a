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

/** Trains the points of a share whose records are not in the store yet. A point that diverges is a result, too. */
export async function sweep(
  store: ObjectStore,
  grid: Grid,
  share: Share,
  context: OnceContext,
): Promise<void> {
  const points = shareOf(grid, share);
  const { log } = context;
  for (const [i, { values, training }] of points.entries()) {
    log(`\nPoint ${i + 1} of ${points.length}: ${describePoint(values)}`);
    const record = await trainOnce(store, training, context);
    if (record.outcome === 'diverged') log(`It diverged: ${record.why}`);
  }
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
