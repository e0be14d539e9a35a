/** @file The metrics of an epoch, which the trainer emits, checkpoints and summaries store, and reports show. */
import * as v from 'valibot';
import { Real } from '#shared/validation.ts';

/** Results on the test images. */
export const TestMetrics = v.object({
  testLoss: Real,
  /** Mean of the batches' test accuracies, in percent. */
  labAccuracy: Real,
  /** Share of the test images that are classified correctly, 0..1. */
  testAccuracy: Real,
});
export type TestMetrics = v.InferOutput<typeof TestMetrics>;

export const EpochMetrics = v.object({
  trainLoss: Real,
  /** With validation images, only the epoch whose weights are taken has these: the others are not evaluated on the test images. */
  ...v.entriesFromObjects([v.partial(TestMetrics)]),
  /** On the validation images; absent without them. */
  validationLoss: v.exactOptional(Real),
  validationAccuracy: v.exactOptional(Real),
});
/** Losses and accuracies of one epoch. */
export type EpochMetrics = v.InferOutput<typeof EpochMetrics>;

/** The metrics of the epoch whose weights are taken. */
export const ResultMetrics = v.object({ ...EpochMetrics.entries, ...TestMetrics.entries });
export type ResultMetrics = v.InferOutput<typeof ResultMetrics>;
