/**
 * @file The promotion gate: compares a candidate with the current version on the same held-out images. The candidate passes if it is
 * shown not to be worse by more than a tolerance.
 *
 * The difference of two accuracies on the same images has the interval of Agresti and Min, "Simple improved confidence intervals for
 * comparing matched proportions", Statistics in Medicine 24 (2005), 729–740: Wald's interval after half an image is added to each of the
 * four counts. The candidate passes if the interval's lower end is above minus the tolerance: a test of non-inferiority.
 */
import { ExplainedError } from '#shared/errors.ts';
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

/** Fewer images of Fashion-MNIST make the interval too wide for a tolerance of one per cent. */
const MIN_HELD_OUT = 1000;

/** @throws ExplainedError of kind `usage` when too few images of Fashion-MNIST are held out for the comparison */
export function requireHeldOut({ heldOut }: Pick<Settings, 'heldOut'>): void {
  if (heldOut >= MIN_HELD_OUT) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot retrain',
    expected: `at least ${count(MIN_HELD_OUT)} held-out images, to compare the models on`,
    got: `${heldOut}`,
    next: 'Use --recipe edge, or --held-out 5000.',
  });
}

/**
 * Checks that a folder has images enough for two models with equal predictions to pass.
 * @param images number of images that the models are compared on
 * @throws ExplainedError of kind `usage` when it has too few
 */
export function requireImages(data: string, images: number, tolerance: number): void {
  const none = compareModels(new Uint8Array(images), new Uint8Array(images));
  if (passes(none, tolerance)) return;
  // Two models of a few hundred images seldom disagree on fewer than a tenth of them.
  const disagreed = Math.round(images / 20);
  const [low] = intervalOf(disagreed, disagreed, images);
  throw new ExplainedError({
    kind: 'usage',
    what: `cannot retrain on ${data}`,
    expected: `at least ${count(Math.ceil(Z / tolerance - 2) || 1)} images that are not trained on, to show that a model loses at most ${points(tolerance).slice(1)} points`,
    got: `${images}`,
    next: `Add images, or accept a larger loss: with --tolerance ${Math.min(1, Math.ceil(-100 * low) / 100)}, a model as good as the present one is promoted in about half of the cases.`,
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
  return {
    images,
    right: { candidate: both + gained, present: both + lost },
    gained,
    lost,
    difference: (gained - lost) / images,
    interval: intervalOf(gained, lost, images),
  };
}

function intervalOf(gained: number, lost: number, images: number): [low: number, high: number] {
  const [b, c, n] = [gained + 0.5, lost + 0.5, images + 2];
  const centre = (b - c) / n;
  const half = (Z * Math.sqrt(b + c - (b - c) ** 2 / n)) / n;
  return [centre - half, centre + half];
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
