/** @file What an epoch came to: the same numbers in events, checkpoints, metrics, summaries. */
import * as z from 'zod';

export const EpochRecord = z.object({
  trainLoss: z.number(),
  testLoss: z.number(),
  /** Mean of the batches' accuracies in percent. */
  labAccuracy: z.number(),
  /** Share of right test images, 0..1. */
  testAccuracy: z.number(),
});
export type EpochRecord = z.infer<typeof EpochRecord>;
