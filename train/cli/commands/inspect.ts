/** @file The command `inspect`. */
import type { Command } from 'commander';
import { ExplainedError } from '#shared/errors.ts';
import { type DataSettings, isFolder } from '../../dataset/open.ts';
import { writeFileAtomic } from '../../files.ts';
import { parseOverrides } from '../../run/overrides.ts';
import { datasetPrinter } from '../../run/progress.ts';
import { interruptible } from '../interruption.ts';
import { withFolderOptions } from '../options.ts';

interface Flags {
  json: boolean;
  page?: string;
  /** The other flags are settings of a folder. */
  [setting: string]: unknown;
}

export function addInspect(program: Command): void {
  withFolderOptions(program.command('inspect'))
    .description(
      'Find what is wrong with a folder of images: unreadable files, copies, leaks between its parts, imbalance, classes that look alike, and labels that may be wrong.',
    )
    .option('--json', 'print one JSON object', false)
    .option('--page <file>', 'write a page with the pictures')
    .action(inspectFolder);
}

async function inspectFolder({ json, page, ...flags }: Flags): Promise<void> {
  const settings: DataSettings = parseOverrides(flags);
  if (!isFolder(settings)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'nothing to inspect',
      expected: 'a folder of images',
      next: 'Name it with --data.',
    });
  }
  const { inspect } = await import('../../inspect/inspection.ts');
  const log = json ? () => {} : console.log;
  const { onProgress } = json ? {} : datasetPrinter();
  const inspected = await interruptible(
    (signal) => inspect(settings, { signal, log, onProgress }),
    (signal) => `Interrupted by ${signal}.`,
  );
  if (json) console.log(JSON.stringify(inspected.inspection));
  else (await import('../../inspect/print.ts')).printInspection(inspected.inspection, log);
  if (page === undefined) return;
  const { inspectionPage } = await import('../../inspect/page.ts');
  await writeFileAtomic(page, inspectionPage(inspected));
  log(`\nPage: ${page}`);
}
