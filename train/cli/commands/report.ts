/** @file The command `report`. */
import type { Command } from 'commander';
import { dataOption, optionWithDefault } from '../options.ts';

export function addReport(program: Command): void {
  program
    .command('report')
    .description(
      'Write a report of a run as an HTML page: training curves, comparison, confusion matrices, samples, mistakes and filters.',
    )
    .addOption(optionWithDefault('--run <folder>', 'run folder', 'the newest in runs/'))
    .addOption(dataOption())
    .action(async (flags) => (await import('../../report/report.ts')).report(flags));
}
