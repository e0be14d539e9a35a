/**
 * @file The promotion gate: compares a candidate with the current version on the same held-out images. The candidate passes if it is
 * shown not to be worse by more than a tolerance.
 *
 * The difference of two accuracies on the same images has the interval of Agresti and Min, "Simple improved confidence intervals for
 * comparing matched proportions", Statistics in Medicine 24 (2005), 729–740: Wald's interval after half an image is added to each of the
 * four counts. The candidate passes if the interval's lower end is above minus the tolerance: a test of non-inferiority.
 */
import { ExplainedError } from '#shared/errors.ts';
import { isFolder } from '../dataset/open.ts';
import { count, percent } from '../format.ts';
import type { Settings } from '../run/settings.ts';
import { Z } from '../training/class-results.ts';

export interface GateOptions {
  /** The alias to move. */
  alias: string;
  /** Largest accepted loss of accuracy, 0..1. */
  tolerance: number;
}

/** The comparison of two models, as a stored verdict contains it. */
export interface Comparison {
  images: number;
  /** Images that the candidate and the current version classify correctly. */
  right: { candidate: number; present: number };
  /** Images that only the candidate classifies correctly, and only the current version. */
  gained: number;
  lost: number;
  /** Accuracy of the candidate minus that of the current version, −1..1, and its 95 % interval. */
  difference: number;
  interval: [low: number, high: number];
}

/** Fewer images make the interval too wide for a tolerance of one per cent. */
const MIN_HELD_OUT = 1000;

/**
 * @throws ExplainedError of kind `usage` when too few images are held out for the comparison, or for a folder of images: choices
 * are made on its validation images, so they cannot compare models
 */
export function requireHeldOut(settings: Settings): void {
  const { heldOut, data } = settings;
  if (isFolder(settings)) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot retrain on ${data}`,
      expected: 'the four official files of Fashion-MNIST',
      got: 'a folder of images',
      next: 'Train on it with npm run train, and upload the release with npm run push.',
    });
  }
  if (heldOut >= MIN_HELD_OUT) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot retrain',
    expected: `at least ${count(MIN_HELD_OUT)} held-out images, to compare the models on`,
    got: `${heldOut}`,
    next: 'Use --recipe edge, or --held-out 5000.',
  });
}

/** @param candidate,current [images]: 1 where the model's prediction is the label */
export function compareModels(candidate: Uint8Array, current: Uint8Array): Comparison {
  const images = candidate.length;
  let [gained, lost, both] = [0, 0, 0];
  for (const [i, correct] of candidate.entries()) {
    if (correct && current[i]) both++;
    else if (correct) gained++;
    else if (current[i]) lost++;
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

export const passes = ({ interval: [low] }: Comparison, tolerance: number): boolean => low > -tolerance;

/** Describes a comparison in one line. */
export function explainComparison(
  { images, right, difference, interval: [low, high] }: Comparison,
  tolerance: number,
): string {
  return (
    `accuracy ${percent(right.candidate / images)} on ${count(images)} held-out images, current version ` +
    `${percent(right.present / images)}; difference ${points(difference)} points ` +
    `(95 % interval ${points(low)} to ${points(high)}, tolerance ${(100 * tolerance).toFixed(2)})`
  );
}

/** Formats a difference of two shares in percentage points, with its sign. */
const points = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(2)}`;
