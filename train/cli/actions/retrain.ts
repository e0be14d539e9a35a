/** @file What the command `retrain` does. */
import { retrain } from '../../jobs/retrain.ts';
import { planRetrain } from '../../jobs/retrain-plan.ts';
import { RECIPES } from '../../run/recipes.ts';
import { resolveSettings } from '../../run/settings.ts';
import { runJob } from '../run-job.ts';
import { localizer } from '../stored-inputs.ts';
import { openStoreToChange, splitStoreFlags, type TargetFlags } from '../target-store.ts';

interface Flags extends TargetFlags {
  alias: string;
  tolerance: number;
  dryRun: boolean;
  /** The other flags are settings of `train`. */
  [setting: string]: unknown;
}

export async function retrainModels(flags: Flags): Promise<void> {
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
