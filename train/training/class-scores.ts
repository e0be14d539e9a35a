/** @file Precision, recall and F1 of each class, and their means over the classes. */

/** Scores of a class, 0..1. A score whose denominator is 0 is undefined. */
export interface ClassScores {
  /** Share of the images with this prediction that have the label; undefined when no image has the prediction. */
  precision: number | undefined;
  /** Share of the images of the class that are classified correctly; undefined without images. */
  recall: number | undefined;
  /** Harmonic mean of the two, 2 tp / (2 tp + fp + fn); undefined without images and predictions. */
  f1: number | undefined;
}

/**
 * Returns the scores of each class.
 * @param confusion [label][prediction] = images
 */
export const classScores = (confusion: readonly (readonly number[])[]): ClassScores[] =>
  confusion.map((row, label) => {
    const right = row[label];
    const images = sum(row);
    const predicted = sum(confusion.map((other) => other[label]));
    return {
      precision: share(right, predicted),
      recall: share(right, images),
      f1: share(2 * right, images + predicted),
    };
  });

/**
 * Returns the mean of each score over the classes that have images: the macro average of scikit-learn, in which an undefined precision
 * counts as 0.
 * @param confusion [label][prediction] = images
 */
export function macroScores(confusion: readonly (readonly number[])[]): Record<keyof ClassScores, number> {
  const scores = classScores(confusion).filter((_, label) => sum(confusion[label]) > 0);
  const mean = (name: keyof ClassScores) => sum(scores.map((own) => own[name] ?? 0)) / scores.length;
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1') };
}

const share = (part: number, whole: number): number | undefined => (whole === 0 ? undefined : part / whole);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
