/** @file The commands `sweep` and `leaderboard`. */
import { type Command, Option } from 'commander';
import { dataOption, wholeNumber } from '../options.ts';
import { withStoreOptions } from '../target-store.ts';

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
    .action(async (flags) => (await import('../actions/sweep.ts')).sweepShare(flags));
}

export function addLeaderboard(program: Command): void {
  withStoreOptions(program.command('leaderboard'))
    .description('Print the results of a sweep so far.')
    .addOption(gridOption())
    .addOption(dataOption())
    .option('--json', 'print one JSON object', false)
    .action(async (flags) => (await import('../actions/sweep.ts')).printLeaderboard(flags));
}
