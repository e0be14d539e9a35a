/** @file Reliability diagram and expected calibration error (Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2). */
import { ExplainedError } from '#shared/errors.ts';
import { softmax } from '#shared/predictions.ts';
import type { LabelledLogits } from './evaluate.ts';

/** A bin of a reliability diagram: the images whose largest score lies within one of `BINS` equal parts of 0..1. */
export interface Bin {
  images: number;
  /** Share of the images that are classified correctly; 0 in an empty bin. */
  accuracy: number;
  /** Mean of the images' largest scores; 0 in an empty bin. */
  confidence: number;
}

/** Number of bins, as in the paper. */
export const BINS = 15;

/**
 * Computes the bins of a reliability diagram. A score on a border belongs to the lower bin.
 * @throws ExplainedError of kind `model` when a logit is not finite
 */
export function reliability({ logits, labels }: LabelledLogits, temperature: number): Bin[] {
  const classes = logits.length / labels.length;
  const sums = Array.from({ length: BINS }, () => ({ images: 0, correct: 0, confidence: 0 }));
  for (const [n, label] of labels.entries()) {
    const own = logits.subarray(n * classes, (n + 1) * classes);
    if (!own.every(Number.isFinite)) throw notFinite(n, own);
    const confidence = Math.max(...softmax(own, temperature));
    const bin = sums[Math.ceil(confidence * BINS) - 1];
    bin.images += 1;
    bin.confidence += confidence;
    if (own.indexOf(Math.max(...own)) === label) bin.correct += 1;
  }
  return sums.map(({ images, correct, confidence }) => ({
    images,
    accuracy: images && correct / images,
    confidence: images && confidence / images,
  }));
}

/** Returns the expected calibration error, 0..1: the mean over the images of their bin's |accuracy − confidence| (equation 3). */
export function expectedCalibrationError(bins: readonly Bin[]): number {
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  return bins.reduce((sum, bin) => sum + (bin.images / images) * Math.abs(bin.accuracy - bin.confidence), 0);
}

const notFinite = (image: number, logits: Float32Array): ExplainedError =>
  new ExplainedError({
    kind: 'model',
    what: `the scores of image ${image} cannot be calibrated`,
    expected: 'finite logits',
    got: logits.join(', '),
    next: 'Train with a smaller learning rate.',
  });
