/** @file What the command `train` does. */
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { count, list } from '../../format.ts';
import { commandLine } from '../../installation.ts';
import { printModels } from '../../run/print-models.ts';
import { openRun, type Run, trainModels } from '../../run/run.ts';
import { resolveSettings } from '../../run/settings.ts';
import { chosenEpoch, type ModelSummary } from '../../run/summary.ts';
import { comparisonTable } from '../../run/tables.ts';
import { interruptible } from '../interruption.ts';
import { localizer } from '../stored-inputs.ts';
import { splitStoreFlags, type TargetFlags } from '../target-store.ts';

/** Trains the models of a run, and prints their comparison; with `summary`, prints the models alone. */
export async function train({ summary, ...flags }: TargetFlags & Record<string, unknown>): Promise<void> {
  const { target, settings: given } = splitStoreFlags(flags);
  const settings = await localizer(target)(await resolveSettings(given));
  if (summary) {
    await printModels(settings);
    return;
  }
  const run = await openRun(settings);
  await interruptible(
    (signal) => trainModels(run, signal),
    (signal) => `Interrupted by ${signal}. Resume with: ${commandLine('train', '--resume', run.folder)}`,
  );
  console.log(`\n${comparisonTable(run.summary)}\n\nRun folder: ${run.folder}`);
  printNextSteps(run);
  requireNoDivergence(run);
}

/** Prints what can be done with the most accurate model of the run. */
function printNextSteps({ folder, summary }: Run): void {
  const accuracy = (model: ModelSummary) => chosenEpoch(model).testAccuracy;
  const [best] = Object.values(summary.models).toSorted((a, b) => accuracy(b) - accuracy(a));
  if (!best) return;
  const model = ['--model', join(folder, best.onnx.path)];
  console.log(`Evaluate it:        ${commandLine('evaluate', ...model)}
Classify a picture: ${commandLine('classify', ...model, 'photo.jpg')}
Serve it:           ${commandLine('push', '--local', ...model)}`);
}

/** @throws ExplainedError of kind `divergence` when a model of the run diverged, in this process or before */
function requireNoDivergence({ summary, networks }: Run): void {
  const diverged = Object.entries(summary.diverged ?? {});
  if (diverged.length === 0) return;
  const described = diverged.map(([name, { step }]) => `${name} at step ${count(step)}`);
  throw new ExplainedError({
    kind: 'divergence',
    what: `${diverged.length} of ${networks.length} ${networks.length === 1 ? 'model' : 'models'} diverged: ${list(described)}`,
    next: 'Train them again with a smaller learning rate.',
  });
}
