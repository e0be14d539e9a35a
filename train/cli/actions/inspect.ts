/** @file What the command `inspect` does. */
import { ExplainedError } from '#shared/errors.ts';
import { type DataSettings, isFolder } from '../../dataset/open.ts';
import { writeFileAtomic } from '../../files.ts';
import { inspect } from '../../inspect/inspection.ts';
import { inspectionPage } from '../../inspect/page.ts';
import { printInspection } from '../../inspect/print.ts';
import { parseOverrides } from '../../run/overrides.ts';
import { datasetPrinter } from '../../run/progress.ts';
import { interruptible } from '../interruption.ts';

interface Flags {
  json: boolean;
  page?: string;
  /** The other flags are settings of a folder. */
  [setting: string]: unknown;
}

export async function inspectFolder({ json, page, ...flags }: Flags): Promise<void> {
  const settings: DataSettings = parseOverrides(flags);
  if (!isFolder(settings)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'nothing to inspect',
      expected: 'a folder of images',
      next: 'Name it with --data.',
    });
  }
  const log = json ? () => {} : console.log;
  const { onProgress } = json ? {} : datasetPrinter();
  const inspected = await interruptible(
    (signal) => inspect(settings, { signal, log, onProgress }),
    (signal) => `Interrupted by ${signal}.`,
  );
  if (json) console.log(JSON.stringify(inspected.inspection));
  else printInspection(inspected.inspection, log);
  if (page === undefined) return;
  await writeFileAtomic(page, inspectionPage(inspected));
  log(`\nPage: ${page}`);
}
