/**
 * @file Ranks images by the suspicion that their label is wrong, and finds the labels that confident learning calls wrong (Northcutt,
 * Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70, 2021).
 *
 * The order is that of the scores' ratios, not of their differences as in the paper's section 3.2. A model of few images is often sure and
 * wrong, so many differences are near 1; the ratio still tells a label that is impossible from one that is unlikely.
 */

export interface Suspect {
  /** Index of the image. */
  image: number;
  /** Index of the class that the model prefers. */
  suggestion: number;
  /** Natural logarithm of that class's score over the label's. */
  suspicion: number;
  /** Whether that class's score is above the label's, and at least as high as the mean of the class's own images (section 3.1). */
  confident: boolean;
}

/**
 * Ranks all images, most suspicious first.
 * @param scores out-of-fold scores, [images, classes]
 * @param labels class indices, [images]
 */
export function rankSuspects(scores: Float64Array, labels: Uint16Array): Suspect[] {
  const classes = scores.length / labels.length;
  const thresholds = thresholdsOf(scores, labels, classes);
  return Array.from(labels, (label, image): Suspect => {
    const own = scores.slice(image * classes, (image + 1) * classes);
    const others = own.with(label, -1);
    const suggestion = others.indexOf(Math.max(...others));
    const suspicion = Math.log(own[suggestion] / Math.max(own[label], Number.MIN_VALUE));
    return {
      image,
      suggestion,
      suspicion,
      confident: suspicion > 0 && own[suggestion] >= thresholds[suggestion],
    };
  }).sort((a, b) => b.suspicion - a.suspicion || a.image - b.image);
}

/** Returns for each class the mean score of its own images. */
function thresholdsOf(scores: Float64Array, labels: Uint16Array, classes: number): number[] {
  const sums = new Array<number>(classes).fill(0);
  const counts = new Array<number>(classes).fill(0);
  for (const [i, label] of labels.entries()) {
    sums[label] += scores[i * classes + label];
    counts[label]++;
  }
  return sums.map((sum, k) => (counts[k] > 0 ? sum / counts[k] : 1));
}

/** Two classes that the model confuses. */
export interface Alike {
  classes: [number, number];
  /** Images of one class that the model takes for the other. */
  confused: number;
  /** Their share of the images of both classes, 0..1. */
  share: number;
}

/** Returns the pairs of classes that are confused most, by the share of their images. */
export function alikeClasses(scores: Float64Array, labels: Uint16Array): Alike[] {
  const classes = scores.length / labels.length;
  const confused = new Map<string, number>();
  const counts = new Array<number>(classes).fill(0);
  for (const [i, label] of labels.entries()) {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    const prediction = row.indexOf(Math.max(...row));
    counts[label]++;
    if (prediction === label) continue;
    const pair = [label, prediction].sort((a, b) => a - b).join();
    confused.set(pair, (confused.get(pair) ?? 0) + 1);
  }
  return [...confused]
    .map(([pair, images]): Alike => {
      const [a, b] = pair.split(',').map(Number);
      return { classes: [a, b], confused: images, share: images / (counts[a] + counts[b]) };
    })
    .sort((a, b) => b.share - a.share);
}
