/** @file Prints the result of a training on a folder of images: accuracy with its interval, by class, and the mistakes with the highest scores. */
import Table from 'cli-table3';
import type { Split } from '../dataset/split.ts';
import { count, percent } from '../format.ts';
import { mistakes, predictAll } from '../release/predictions.ts';
import type { TrainedRelease } from '../release/release.ts';
import { type ClassResult, classResults, totalResult } from '../training/class-results.ts';

/** Classes and mistakes that are listed. */
const MOST_CLASSES = 20;
const MOST_MISTAKES = 5;

/**
 * Returns the result as lines.
 * @param confusion [label][prediction] = test images
 */
export async function resultLines(
  release: TrainedRelease,
  test: Split,
  confusion: readonly (readonly number[])[],
): Promise<string[]> {
  const { labels } = release.manifest;
  const { images, right, interval } = totalResult(confusion);
  const classes = classResults(confusion, labels).filter((own) => own.images > 0);
  const worst = classes.toSorted((a, b) => shareOf(a) - shareOf(b)).slice(0, MOST_CLASSES);
  const heading =
    worst.length < classes.length ? `The ${worst.length} classes with the lowest accuracy:` : 'By class:';
  return [
    `\nResult on ${count(images)} test images, on which nothing was chosen: ${percent(right / images)} correct, 95 % interval ${intervalText(interval)}`,
    `${heading}\n${classTable(worst)}`,
    ...(await mistakeLines(release, test)),
  ];
}

const shareOf = ({ right, images }: ClassResult): number => right / images;

const intervalText = ([low, high]: ClassResult['interval']): string =>
  `${percent(low, 1)} to ${percent(high, 1)}`;

function classTable(classes: readonly ClassResult[]): string {
  const table = new Table({
    head: ['class', 'correct', 'accuracy', '95 % interval', 'most frequent mistake'],
    colAligns: ['left', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const own of classes) {
    const { name, right, images, interval, mistake } = own;
    const wrong = mistake ? `${mistake.prediction} (${count(mistake.images)})` : '–';
    const correct = `${count(right)} of ${count(images)}`;
    table.push([name, correct, percent(shareOf(own), 1), intervalText(interval), wrong]);
  }
  return table.toString();
}

async function mistakeLines(release: TrainedRelease, test: Split): Promise<string[]> {
  const { labels } = release.manifest;
  const wrong = mistakes(await predictAll(release, test)).slice(0, MOST_MISTAKES);
  if (wrong.length === 0) return [];
  const lines = wrong.map(
    ({ name, label, prediction, score }) =>
      `  ${name ?? 'image'}: ${labels[label]}, predicted as ${labels[prediction]} with a score of ${percent(score, 1)}`,
  );
  return ['Mistakes with the highest scores:', ...lines];
}
