/** @file Decides when the service declines to answer, because an answer would not be reliable. */
import { LOW_QUALITY } from './input/garment/mask-quality.ts';
import type { PreparedPhoto } from './input/garment/photo.ts';
import type { Prediction } from './predictions.ts';

/**
 * - `no-garment`: no object stands out from the background
 * - `poor-mask`: the outline of the object is unreliable, or rounder than that of any garment
 * - `low-score`: no label is more likely than all others together
 */
export const ABSTENTION_REASONS = ['no-garment', 'poor-mask', 'low-score'] as const;
export type AbstentionReason = (typeof ABSTENTION_REASONS)[number];

/** Calibrated scores are probabilities. Below this one, the answer is more likely wrong than right. */
export const LEAST_SCORE = 0.5;

/**
 * Returns why the first label is not a reliable answer, or undefined if it is one.
 * @param predictions most likely label first
 */
export function abstentionOf(
  { steps, quality = 1 }: PreparedPhoto,
  [best]: readonly Prediction[],
): AbstentionReason | undefined {
  if (steps.some(({ step }) => step === 'whole-frame')) return 'no-garment';
  if (quality < LOW_QUALITY) return 'poor-mask';
  return best && best.score >= LEAST_SCORE ? undefined : 'low-score';
}
