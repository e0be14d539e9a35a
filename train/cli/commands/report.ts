/** @file The command `report`. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { dataOption, optionWithDefault } from '../options.ts';

export function addReport(program: Command): void {
  program
    .command('report')
    .description(
      'Write a report of a run as an HTML page: training curves, comparison, confusion matrices, samples, mistakes and filters. Of several runs, write a page that compares them, and draws the seeds of a setting together.',
    )
    .addOption(
      optionWithDefault('--run <folder...>', 'run folder, or several to compare', 'the newest in runs/'),
    )
    .addOption(
      optionWithDefault(
        '--out <folder>',
        'folder of the page',
        'report in the run folder; of several runs, comparison beside the first',
      ),
    )
    .addOption(dataOption())
    .action(write);
}

interface Flags {
  run?: string[];
  out?: string;
  data?: string;
}

async function write({ run = [], out, data }: Flags): Promise<void> {
  if (run.length < 2) {
    const { report } = await import('../../report/report.ts');
    return report({ ...(run.length === 1 && { run: run[0] }), ...(out && { out }), ...(data && { data }) });
  }
  if (data !== undefined) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use --data with several runs',
      next: 'Leave out --data: the page of several runs shows no images.',
    });
  }
  const { reportSeveral } = await import('../../report/several/report.ts');
  return reportSeveral(run, out);
}
