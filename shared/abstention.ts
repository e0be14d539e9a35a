/** @file When a picture has no answer that is worth giving. */

import { LOW_QUALITY } from './input/garment/mask-quality.ts';
import type { PreparedPhoto } from './input/garment/photo.ts';
import type { Prediction } from './predictions.ts';

/**
 * - `no-garment`: nothing stands out from the background
 * - `poor-mask`: something does, and its outline is not to be trusted or as round as no garment's
 * - `low-score`: no label is likelier than all the others together
 */
export const ABSTENTION_REASONS = ['no-garment', 'poor-mask', 'low-score'] as const;
export type AbstentionReason = (typeof ABSTENTION_REASONS)[number];

/** Calibrated scores are probabilities: below this the answer is likelier wrong than right. */
export const LEAST_SCORE = 0.5;

/**
 * Why the likeliest label should not be taken for an answer, if so.
 * @param predictions likeliest first
 */
export function abstentionOf(
  { steps, quality = 1 }: PreparedPhoto,
  [best]: readonly Prediction[],
): AbstentionReason | undefined {
  if (steps.some(({ step }) => step === 'whole-frame')) return 'no-garment';
  if (quality < LOW_QUALITY) return 'poor-mask';
  return best && best.score >= LEAST_SCORE ? undefined : 'low-score';
}
