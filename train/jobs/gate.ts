/**
 * @file Whether a new model may take the place of the present one: both answer the same images, and the new one must be shown not to
 * be worse by more than a tolerance.
 *
 * The difference of two accuracies on the same images has the interval of Agresti and Min, "Simple improved confidence intervals for
 * comparing matched proportions", Statistics in Medicine 24 (2005), 729–740: Wald's, after half an image is added to each of the four
 * counts. The new model passes if the interval's lower end is above minus the tolerance: a test of non-inferiority.
 */

export interface Comparison {
  images: number;
  /** Images that the new and the present model get right. */
  right: { candidate: number; present: number };
  /** Images that only the new one gets right, and only the present one. */
  gained: number;
  lost: number;
  /** Accuracy of the new one less that of the present one, −1..1, and its 95 % interval. */
  difference: number;
  interval: [low: number, high: number];
}

/** Of the normal distribution, for 95 %. */
const Z = 1.959964;

/** @param candidate,present [images]: 1 where the model is right */
export function compareRight(candidate: Uint8Array, present: Uint8Array): Comparison {
  const images = candidate.length;
  let [gained, lost, both] = [0, 0, 0];
  for (const [i, right] of candidate.entries()) {
    if (right && present[i]) both++;
    else if (right) gained++;
    else if (present[i]) lost++;
  }
  const [b, c, n] = [gained + 0.5, lost + 0.5, images + 2];
  const centre = (b - c) / n;
  const half = (Z * Math.sqrt(b + c - (b - c) ** 2 / n)) / n;
  return {
    images,
    right: { candidate: both + gained, present: both + lost },
    gained,
    lost,
    difference: (gained - lost) / images,
    interval: [centre - half, centre + half],
  };
}

/** @param tolerance by which accuracy the new model may be worse, 0..1 */
export const passes = ({ interval: [low] }: Comparison, tolerance: number): boolean => low > -tolerance;

/** In a sentence. */
export function explainComparison(
  { images, right, difference, interval: [low, high] }: Comparison,
  tolerance: number,
): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const signed = (share: number) => `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(2)}`;
  return (
    `${percent(right.candidate / images)} of ${images.toLocaleString('en')} held-out images right, the present one ` +
    `${percent(right.present / images)}: ${signed(difference)} points, 95 % interval ${signed(low)} to ${signed(high)}, ` +
    `tolerance ${(100 * tolerance).toFixed(2)}`
  );
}
