/** @file The command `classify`. */
import type { Command } from 'commander';
import { abstentionOf } from '#shared/abstention.ts';
import { percent } from '../../format.ts';
import { openClassifier } from '../../photos/classifier.ts';
import { readRelease } from '../../release/release.ts';
import { readInput } from '../input.ts';
import { modelOption, wholeNumber } from '../options.ts';

export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('Classify images on this machine as the Worker does. Formats: JPEG, PNG, WebP, AVIF, GIF.')
    .argument('<images...>', 'image files')
    .addOption(modelOption())
    .option('--top-k <number>', 'number of labels to print, best first', wholeNumber(), 3)
    .option('--json', 'print one JSON object per image', false)
    .action(classify);
}

interface Flags {
  model: string;
  topK: number;
  json: boolean;
}

/** Prints the predictions for image files, computed with the Worker's decoders, photo pipeline and calibration. */
async function classify(images: string[], { model, topK, json }: Flags): Promise<void> {
  const classifier = await openClassifier(await readRelease(model));
  for (const path of images) {
    const classified = await classifier(await readInput(path));
    const { steps, warnings } = classified.prepared;
    const predictions = classified.predictions.slice(0, topK);
    const abstained = abstentionOf(classified.prepared, classified.predictions) ?? null;
    if (json) {
      console.log(JSON.stringify({ image: path, predictions, abstained, steps, warnings }));
      continue;
    }
    const line = predictions.map(({ label, score }) => `${label} ${percent(score, 1)}`).join(', ');
    console.log(`${path}: ${abstained ? `declined to answer (${abstained}); best labels: ` : ''}${line}`);
    for (const warning of warnings) console.error(`${path}: ${warning}`);
  }
}
