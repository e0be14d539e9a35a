/** @file The command `retrain`. */
import type { Command } from 'commander';
import { retrain } from '../../jobs/retrain.ts';
import { planRetrain } from '../../jobs/retrain-plan.ts';
import { RECIPES } from '../../run/recipes.ts';
import { resolveSettings } from '../../run/settings.ts';
import { aliasOption, parseShare, withTrainingOptions } from '../options.ts';
import { runJob } from '../run-job.ts';
import { localizer } from '../stored-inputs.ts';
import { openStoreToChange, splitStoreFlags, type TargetFlags, withStoreOptions } from '../target-store.ts';

export function addRetrain(program: Command): void {
  withTrainingOptions(withStoreOptions(program.command('retrain')), RECIPES.edge)
    .description(
      'Train the models of a recipe, unless the store has the result already, and promote each model that is not worse than the current version. For scheduled runs: checkpoints are in the store, so another machine can resume.',
    )
    .addOption(aliasOption())
    .option('--tolerance <share>', 'largest accepted loss of accuracy, 0..1', parseShare, 0.01)
    .option('--dry-run', 'print the plan; train and write nothing', false)
    .action(retrainModels);
}

interface Flags extends TargetFlags {
  alias: string;
  tolerance: number;
  dryRun: boolean;
  /** The other flags are settings of `train`. */
  [setting: string]: unknown;
}

async function retrainModels(flags: Flags): Promise<void> {
  const { alias, tolerance, dryRun, ...others } = flags;
  const { target, settings: own } = splitStoreFlags(others);
  const store = openStoreToChange('retrain', target);
  const settings = await localizer(target)(await resolveSettings(own, RECIPES.edge.name));
  if (dryRun) {
    for (const line of await planRetrain(store, settings, { alias, tolerance })) console.log(line);
    return;
  }
  await runJob(settings.data, (context) => retrain(store, settings, { alias, tolerance }, context));
}
