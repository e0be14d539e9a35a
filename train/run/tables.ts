/** @file Tables for the terminal: the comparison of a run's models, and a confusion matrix. */
import Table from 'cli-table3';
import { count, percent } from '../format.ts';
import { chosenEpoch, type ModelSummary } from './summary.ts';

/** Compares models by accuracy, calibration error, loss, time and size, as the lab does at its end. */
export function comparisonTable(models: Readonly<Record<string, ModelSummary>>): string {
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
