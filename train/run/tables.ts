/** @file Tables for the terminal: the comparison of a run's models, and a confusion matrix. */
import Table from 'cli-table3';
import { count, percent } from '../format.ts';
import { classScores, macroScores } from '../training/class-scores.ts';
import { RECIPES } from './recipes.ts';
import { chosenEpoch, type Summary } from './summary.ts';

/** Compares models by accuracy, calibration error, loss, time and size, as the lab does at its end. */
export function comparisonTable({
  models,
  diverged = {},
  recipe,
}: Pick<Summary, 'models' | 'diverged' | 'recipe'>): string {
  const isLab = recipe === RECIPES.lab.name;
  const heads = ['test accuracy', ...(isLab ? ['mean of batches'] : []), 'ECE', 'test loss', 'train loss'];
  const head = ['model', ...heads, 'time', 'parameters'];
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
  });
  for (const [name, model] of Object.entries(models)) {
    const { parameters, calibration, trainSeconds } = model;
    const last = chosenEpoch(model);
    table.push([
      name,
      percent(last.testAccuracy),
      // Already in percent, and printed as the lab prints it.
      ...(isLab ? [`${last.labAccuracy.toFixed(2)} %`] : []),
      calibration ? `${percent(calibration.ece.before)} → ${percent(calibration.ece.after)}` : '–',
      last.testLoss.toFixed(5),
      last.trainLoss.toFixed(5),
      `${trainSeconds.toFixed(1)} s`,
      count(parameters),
    ]);
  }
  for (const [name, { step }] of Object.entries(diverged)) {
    table.push([
      name,
      { colSpan: head.length - 1, hAlign: 'left', content: `diverged at step ${count(step)}` },
    ]);
  }
  return [
    table.toString(),
    ...(isLab
      ? [
          'mean of batches: the accuracy as the lab prints it, in which the smaller last batch counts like the others',
        ]
      : []),
    'ECE: expected calibration error, before and after the scores are calibrated',
  ].join('\n');
}

/**
 * Formats precision, recall and F1 of each class, and their means.
 * @param confusion [label][prediction] = images
 */
export function scoresTable(labels: readonly string[], confusion: readonly (readonly number[])[]): string {
  const table = new Table({
    head: ['class', 'images', 'precision', 'recall', 'F1'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const cell = (share: number | undefined) => (share === undefined ? '–' : percent(share));
  const imagesOf = (row: readonly number[]) => row.reduce((a, b) => a + b, 0);
  for (const [i, { precision, recall, f1 }] of classScores(confusion).entries()) {
    table.push([labels[i], count(imagesOf(confusion[i])), ...[precision, recall, f1].map(cell)]);
  }
  const { precision, recall, f1 } = macroScores(confusion);
  table.push(['mean', count(imagesOf(confusion.flat())), ...[precision, recall, f1].map(cell)]);
  return table.toString();
}

/**
 * Formats a confusion matrix; the columns are predictions.
 * @param rows names of the rows: the labels, or the folders of photos
 */
export function confusionTable(
  labels: readonly string[],
  confusion: readonly (readonly number[])[],
  rows = labels,
): string {
  const table = new Table({
    head: [`${rows === labels ? 'label' : 'folder'} \\ prediction`, ...labels],
    colAligns: ['left', ...labels.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
  for (const [i, row] of confusion.entries()) table.push([rows[i], ...row]);
  return table.toString();
}
