/** @file The `train` command. */
import { openRun, trainModels } from '../run/run.ts';
import { resolveSettings } from '../run/settings.ts';
import { comparisonTable } from '../run/tables.ts';
import { interruptible } from './interruption.ts';

/** Trains the models of a run, and prints their comparison. */
export async function trainRun(flags: Record<string, unknown>): Promise<void> {
  const run = await openRun(await resolveSettings(flags));
  const { out } = run.settings;
  await interruptible(
    (signal) => trainModels(run, signal),
    (signal) => `Interrupted by ${signal}. Resume with: npm run train -- --resume ${out}`,
  );
  console.log(`\n${comparisonTable(run.summary.models)}\n\nRun folder: ${out}`);
}
