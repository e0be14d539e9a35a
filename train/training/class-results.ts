/** @file The results of a model by class, with confidence intervals. */

/** Quantile of the normal distribution for a 95 % interval. */
export const Z = 1.959964;

/**
 * Returns the 95 % confidence interval of a share, 0..1 (Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
 * 1927). Unlike the normal approximation it holds for few images, and for shares near 0 and 1.
 * @param right of `images` images
 */
export function wilson(right: number, images: number): [low: number, high: number] {
  if (images === 0) return [0, 1];
  const share = right / images;
  const weight = Z ** 2 / images;
  const centre = (share + weight / 2) / (1 + weight);
  const half = (Z * Math.sqrt((share * (1 - share)) / images + weight / (4 * images))) / (1 + weight);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** The test images of a class, or of all classes. */
export interface ClassResult {
  name: string;
  images: number;
  /** Images that are classified correctly. */
  right: number;
  /** 95 % confidence interval of the share of correct images, 0..1. */
  interval: [low: number, high: number];
  /** The most frequent wrong prediction; undefined when there is none. */
  mistake?: { prediction: string; images: number };
}

/**
 * Returns the result of each class.
 * @param confusion [label][prediction] = images
 */
export const classResults = (
  confusion: readonly (readonly number[])[],
  classes: readonly string[],
): ClassResult[] =>
  confusion.map((row, label) => {
    const images = sum(row);
    const wrong = row.map((count, prediction) => (prediction === label ? 0 : count));
    const most = Math.max(...wrong);
    const mistake = { prediction: classes[wrong.indexOf(most)], images: most };
    const interval = wilson(row[label], images);
    return { name: classes[label], images, right: row[label], interval, ...(most > 0 && { mistake }) };
  });

/** Returns the result on all images. */
export function totalResult(confusion: readonly (readonly number[])[]): Omit<ClassResult, 'name'> {
  const [images, right] = [sum(confusion.flat()), sum(confusion.map((row, label) => row[label]))];
  return { images, right, interval: wilson(right, images) };
}

/** Returns the share of the most frequent class if a model, within its 95 % interval, may be right no more often than that constant answer. */
export function constantAnswer(confusion: readonly (readonly number[])[]): number | undefined {
  const { images, interval } = totalResult(confusion);
  const share = Math.max(...confusion.map(sum)) / images;
  return interval[0] <= share ? share : undefined;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
