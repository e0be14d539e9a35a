/** @file The command `train`. */
import type { Command } from 'commander';
import { RECIPES } from '../../run/recipes.ts';
import { optionWithDefault, withTrainingOptions } from '../options.ts';
import { withStoreOptions } from '../target-store.ts';

export function addTrain(program: Command): void {
  withTrainingOptions(withStoreOptions(program.command('train')), RECIPES.lab)
    .description(
      'Train models, compare them and export them to a run folder. On SIGINT, SIGTERM or SIGHUP, training stops after the current step and saves a checkpoint.',
    )
    .addOption(optionWithDefault('--out <folder>', 'run folder', 'runs/<recipe>-seed<seed>-<time>'))
    .option(
      '--resume <folder>',
      'resume the interrupted run in this folder; the weights are bit for bit those of an uninterrupted run. A finished one trains for longer with a larger --epochs, and exports its best epoch with --select best',
    )
    .option('--summary', 'only print the models: their layers, output shapes and parameters; train nothing')
    .action(async (flags) => (await import('../actions/train.ts')).train(flags));
}
