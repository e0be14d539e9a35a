/** @file Precision, recall and F1, against numbers of scikit-learn. */
import { describe, expect, it } from 'vitest';
import { scoresTable } from '../../../train/run/tables.ts';
import { classScores, macroScores } from '../../../train/training/class-scores.ts';

// The example of sklearn.metrics.classification_report: y_true = [0, 1, 2, 2, 2], y_pred = [0, 0, 2, 2, 1]. It prints precision 0.50, 0.00
// and 1.00, recall 1.00, 0.00 and 0.67, F1 0.67, 0.00 and 0.80, and macro averages of 0.50, 0.56 and 0.49.
const CONFUSION = [
  [1, 0, 0],
  [1, 0, 0],
  [0, 1, 2],
];

const rounded = (scores: object) =>
  Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, Number(value?.toFixed(2))]));

describe('the scores of the classes', () => {
  it('are those of scikit-learn', () => {
    expect(classScores(CONFUSION).map(rounded)).toEqual([
      { precision: 0.5, recall: 1, f1: 0.67 },
      { precision: 0, recall: 0, f1: 0 },
      { precision: 1, recall: 0.67, f1: 0.8 },
    ]);
    expect(rounded(macroScores(CONFUSION))).toEqual({ precision: 0.5, recall: 0.56, f1: 0.49 });
  });

  it('are undefined where there is nothing to count', () => {
    const confusion = [
      [2, 0, 1],
      [3, 0, 0],
      [0, 0, 0],
    ];
    expect(classScores(confusion)).toEqual([
      { precision: 2 / 5, recall: 2 / 3, f1: 4 / 8 },
      { precision: undefined, recall: 0, f1: 0 },
      { precision: 0, recall: undefined, f1: 0 },
    ]);
    // Over the two classes with images.
    expect(macroScores(confusion)).toEqual({ precision: 1 / 5, recall: 1 / 3, f1: 1 / 4 });
    expect(scoresTable(['a', 'b', 'c'], confusion)).toMatch(/│ b +│ +3 │ +– │ +0\.00 % │ +0\.00 % │/);
  });
});
