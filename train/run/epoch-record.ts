/** @file What an epoch came to: the same numbers in events, checkpoints, metrics, summaries. */
import * as v from 'valibot';
import { Real } from '#shared/validation.ts';

export const EpochRecord = v.object({
  trainLoss: Real,
  testLoss: Real,
  /** Mean of the batches' accuracies in percent. */
  labAccuracy: Real,
  /** Share of right test images, 0..1. */
  testAccuracy: Real,
});
export type EpochRecord = v.InferOutput<typeof EpochRecord>;
