/** @file Losses and accuracies of one epoch, as in training events, checkpoints, metrics.jsonl, summaries and training records. */
import * as v from 'valibot';
import { Real } from '#shared/validation.ts';

export const EpochMetrics = v.object({
  trainLoss: Real,
  testLoss: Real,
  /** Mean of the batches' test accuracies, in percent. */
  labAccuracy: Real,
  /** Share of the test images that are classified correctly, 0..1. */
  testAccuracy: Real,
  /** On the validation images; absent without them. */
  validationLoss: v.exactOptional(Real),
  validationAccuracy: v.exactOptional(Real),
});
/** Losses and accuracies of one epoch. */
export type EpochMetrics = v.InferOutput<typeof EpochMetrics>;
