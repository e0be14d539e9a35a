/** @file The command `evaluate`: evaluates a model on the test set, or on a folder of photos. */
import { type Command, Option } from 'commander';
import { FOLDER_DEFAULTS } from '../../dataset/open.ts';
import { dataOption, modelOption, wholeNumber } from '../options.ts';

/** Options that require --photos. */
const PHOTO_OPTIONS = ['--photo-labels', '--folds', '--report', '--compare'];

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'Evaluate a model on the test set: the lab’s loss and accuracy, calibration error, precision, recall and F1 of each class, and the confusion matrix. With --photos, evaluate it on photos, classified as the Worker does.',
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .option(
      '--split-seed <number>',
      'seed with which the training assigned the images of a folder to its parts',
      wholeNumber(0),
      FOLDER_DEFAULTS.splitSeed,
    )
    .addOption(
      new Option(
        '--photos <folder>',
        'folder of photos, in subfolders named after their kind of garment',
      ).conflicts('data'),
    )
    .option('--photo-labels <file>', 'JSON file with the correct labels for each subfolder of --photos')
    .option(
      '--folds <number>',
      'divide the photos into this number of groups with similar backgrounds, and score each group',
      wholeNumber(),
    )
    .option('--report <file.json>', 'write the output of --json to a file')
    .option('--compare <file.json>', 'list the photos that were fixed or broken since this earlier --report')
    .option('--json', 'print one JSON object', false)
    .action(async ({ photos, ...flags }, command: Command) => {
      if (photos !== undefined) {
        const { evaluatePhotos } = await import('../../photos/evaluate.ts');
        return evaluatePhotos({ photos, ...flags });
      }
      rejectPhotoOptions(command, flags);
      const { evaluateOnTestSet } = await import('../actions/evaluate.ts');
      return evaluateOnTestSet(flags);
    });
}

function rejectPhotoOptions(command: Command, flags: Record<string, unknown>): void {
  const option = command.options.find(
    (each) => PHOTO_OPTIONS.includes(each.long ?? '') && each.attributeName() in flags,
  );
  if (option) command.error(`error: option '${option.flags}' requires --photos`);
}
