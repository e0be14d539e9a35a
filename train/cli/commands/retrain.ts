/** @file The command `retrain`. */
import type { Command } from 'commander';
import { RECIPES } from '../../run/recipes.ts';
import { aliasOption, parseShare, withTrainingOptions } from '../options.ts';
import { withStoreOptions } from '../target-store.ts';

export function addRetrain(program: Command): void {
  withTrainingOptions(withStoreOptions(program.command('retrain')), RECIPES.edge)
    .description(
      'Train the models of a recipe, unless the store has the result already, and promote each model that is not worse than the current version. For scheduled runs: checkpoints are in the store, so another machine can resume.',
    )
    .addOption(aliasOption())
    .option('--tolerance <share>', 'largest accepted loss of accuracy, 0..1', parseShare, 0.01)
    .option('--dry-run', 'print the plan; train and write nothing', false)
    .action(async (flags) => (await import('../actions/retrain.ts')).retrainModels(flags));
}
