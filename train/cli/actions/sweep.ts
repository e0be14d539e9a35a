/** @file What the commands `sweep` and `leaderboard` do. */
import { ExplainedError } from '#shared/errors.ts';
import { readGrid } from '../../jobs/grid.ts';
import { formatLeaderboard, leaderboard } from '../../jobs/leaderboard.ts';
import { planSweep, type Share, sweep } from '../../jobs/sweep.ts';
import { runJob } from '../run-job.ts';
import { localizer } from '../stored-inputs.ts';
import { openStoreToChange, openTargetStore, type TargetFlags } from '../target-store.ts';

interface SweepFlags extends TargetFlags, Share {
  grid: string;
  plan: boolean;
  data?: string;
}

export async function sweepShare({
  grid: path,
  index,
  shares,
  plan,
  data,
  ...flags
}: SweepFlags): Promise<void> {
  if (index >= shares) {
    throw new ExplainedError({
      kind: 'usage',
      what: `--index ${index}`,
      expected: `less than --shares, ${shares}`,
      next: 'In a Kubernetes Job, set SWEEP_SHARES to its completions.',
    });
  }
  const grid = await readGrid(path, data, localizer(flags));
  if (plan) {
    console.log(planSweep(grid, shares));
    return;
  }
  const store = openStoreToChange('sweep', flags);
  await runJob(data, (context) => sweep(store, grid, { index, shares }, context));
}

interface LeaderboardFlags extends TargetFlags {
  grid: string;
  data?: string;
  json: boolean;
}

export async function printLeaderboard({ grid, data, json, ...flags }: LeaderboardFlags): Promise<void> {
  const localize = localizer(flags, ...(json ? [() => {}] : []));
  const board = await leaderboard(openTargetStore(flags), await readGrid(grid, data, localize));
  console.log(json ? JSON.stringify(board, null, 2) : formatLeaderboard(board));
}
