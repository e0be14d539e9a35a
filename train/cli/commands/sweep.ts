/** @file The commands `sweep` and `leaderboard`. */
import { type Command, Option } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { readGrid } from '../../jobs/grid.ts';
import { formatLeaderboard, leaderboard } from '../../jobs/leaderboard.ts';
import { planSweep, type Share, sweep } from '../../jobs/sweep.ts';
import { dataOption, wholeNumber } from '../options.ts';
import { runJob } from '../run-job.ts';
import { localizer } from '../stored-inputs.ts';
import { openStoreToChange, openTargetStore, type TargetFlags, withStoreOptions } from '../target-store.ts';

const gridOption = (): Option =>
  new Option(
    '--grid <file>',
    'JSON file with options of train, in which any value may be a list',
  ).makeOptionMandatory();

export function addSweep(program: Command): void {
  withStoreOptions(program.command('sweep'))
    .description(
      'Train one share of a grid. Each point of the grid is trained once, even if several processes or clusters share the grid.',
    )
    .addOption(gridOption())
    .addOption(
      new Option('--index <number>', 'index of this share, from 0')
        .env('JOB_COMPLETION_INDEX')
        .argParser(wholeNumber(0))
        .default(0),
    )
    .addOption(
      new Option('--shares <number>', 'number of processes that share the grid')
        .env('SWEEP_SHARES')
        .argParser(wholeNumber())
        .default(1),
    )
    .addOption(dataOption())
    .option('--plan', 'print the points of the grid; train nothing', false)
    .action(sweepShare);
}

export function addLeaderboard(program: Command): void {
  withStoreOptions(program.command('leaderboard'))
    .description('Print the results of a sweep so far.')
    .addOption(gridOption())
    .addOption(dataOption())
    .option('--json', 'print one JSON object', false)
    .action(
      async ({
        grid,
        data,
        json,
        ...flags
      }: TargetFlags & { grid: string; data?: string; json: boolean }) => {
        const localize = localizer(flags, ...(json ? [() => {}] : []));
        const board = await leaderboard(openTargetStore(flags), await readGrid(grid, data, localize));
        console.log(json ? JSON.stringify(board, null, 2) : formatLeaderboard(board));
      },
    );
}

interface SweepFlags extends TargetFlags, Share {
  grid: string;
  plan: boolean;
  data?: string;
}

async function sweepShare({ grid: path, index, shares, plan, data, ...flags }: SweepFlags): Promise<void> {
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
