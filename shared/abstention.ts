/** @file Decides when the service declines to answer, because an answer would not be reliable. */
import { LOW_QUALITY } from './input/garment/mask-quality.ts';
import type { PreparedPhoto } from './input/garment/photo.ts';
import type { Prediction } from './predictions.ts';

/**
 * - `no-garment`: no object stands out from the background
 * - `poor-mask`: the outline of the object is unreliable, or rounder than that of any garment
 * - `low-score`: no label has the least score that the model's manifest asks for
 */
export const ABSTENTION_REASONS = ['no-garment', 'poor-mask', 'low-score'] as const;
export type AbstentionReason = (typeof ABSTENTION_REASONS)[number];

/** The reasons that are known from the photo alone. */
export type PhotoFlaw = Exclude<AbstentionReason, 'low-score'>;

/** A model's default. Calibrated scores are probabilities: below this one, the answer is more likely wrong than right. */
export const LEAST_SCORE = 0.5;

/**
 * Returns why the first label is not a reliable answer, or undefined if it is one.
 * @param predictions most likely label first
 */
export const abstentionOf = (
  photo: PreparedPhoto,
  predictions: readonly Prediction[],
  leastScore?: number,
): AbstentionReason | undefined => flawOf(photo) ?? lowScoreOf(predictions, leastScore);

/** Returns why no answer about a photo is reliable, whatever the scores; undefined if an answer can be. */
export function flawOf({
  steps,
  quality = 1,
}: Pick<PreparedPhoto, 'steps' | 'quality'>): PhotoFlaw | undefined {
  if (steps.some(({ step }) => step === 'whole-frame')) return 'no-garment';
  return quality < LOW_QUALITY ? 'poor-mask' : undefined;
}

/** Returns `low-score` if no label has the least score. @param predictions most likely label first */
export const lowScoreOf = (
  [best]: readonly Prediction[],
  leastScore = LEAST_SCORE,
): 'low-score' | undefined => (best && best.score >= leastScore ? undefined : 'low-score');
