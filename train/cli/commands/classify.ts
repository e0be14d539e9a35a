/** @file The command `classify`. */
import type { Command } from 'commander';
import { modelOption, wholeNumber } from '../options.ts';

export function addClassify(program: Command): void {
  program
    .command('classify')
    .description(
      'Classify images on this machine as the Worker does. Formats: JPEG, PNG, WebP, AVIF, GIF. An image that cannot be read does not stop the others; the exit code is that of the first such image.',
    )
    .argument('<images...>', 'image files, and folders with image files')
    .addOption(modelOption())
    .option('--top-k <number>', 'number of labels to print, best first', wholeNumber(), 3)
    .option(
      '--json',
      'print one JSON object per image; for an image that cannot be read, it contains the error',
      false,
    )
    .action(async (images, flags) => (await import('../actions/classify.ts')).classify(images, flags));
}
