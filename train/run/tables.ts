/** @file Tables for the terminal: the comparison of a run's models, and a confusion matrix. */
import Table from 'cli-table3';
import { count, percent } from '../format.ts';
import { classScores, macroScores } from '../training/class-scores.ts';
import { chosenEpoch, type Summary } from './summary.ts';

/** Compares models by accuracy, calibration error, loss, time and size, as the lab does at its end. */
export function comparisonTable({ models, diverged = {} }: Pick<Summary, 'models' | 'diverged'>): string {
  const table = new Table({
    head: ['model', 'test accuracy', 'lab accuracy', 'ECE', 'test loss', 'train loss', 'time', 'parameters'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const [name, model] of Object.entries(models)) {
    const { parameters, calibration, trainSeconds } = model;
    const last = chosenEpoch(model);
    table.push([
      name,
      percent(last.testAccuracy),
      // Already in percent, and printed as the lab prints it.
      `${last.labAccuracy.toFixed(2)} %`,
      calibration ? `${percent(calibration.ece.before)} → ${percent(calibration.ece.after)}` : '–',
      last.testLoss.toFixed(5),
      last.trainLoss.toFixed(5),
      `${trainSeconds.toFixed(1)} s`,
      count(parameters),
    ]);
  }
  for (const [name, { step }] of Object.entries(diverged)) {
    table.push([name, { colSpan: 7, hAlign: 'left', content: `diverged at step ${count(step)}` }]);
  }
  return table.toString();
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
