/** @file Splits of a data set, and the division of its images into training, test and held-out images. */
import { ExplainedError } from '#shared/errors.ts';

/** Images with their labels. */
export interface Split {
  count: number;
  /** Pixels, [count, channels, height, width]. */
  images: Uint8Array;
  /** Class indices, [count]. */
  labels: Uint8Array;
}

/** A data set with its training and its test images. */
export interface Dataset {
  train: Split;
  test: Split;
  /** MD5 of each source file, by its name. */
  md5: Record<string, string>;
}

/** The images of a training run. The model is never trained on the held-out images; that split may be empty. */
export interface RunData {
  train: Split;
  test: Split;
  heldOut: Split;
}

/**
 * Divides a data set for a run. The last `heldOut` training images become the held-out set; then the training and the test set are
 * cut to their first `limit` images.
 * @throws ExplainedError of kind `usage` when no training image would be left
 */
export function divide(dataset: Dataset, heldOut: number, limit = dataset.train.count): RunData {
  const divided = holdOut(dataset.train, heldOut);
  return {
    train: take(divided.train, limit),
    heldOut: divided.heldOut,
    test: take(dataset.test, limit),
  };
}

/** Returns the first `count` images of a split. */
export const take = (split: Split, count: number): Split => range(split, 0, Math.min(count, split.count));

/**
 * Separates the last `count` images of a split from the others. The last images are as good a sample as any: the files of
 * Fashion-MNIST are not ordered.
 * @throws ExplainedError of kind `usage` when no training image would be left
 */
export function holdOut(split: Split, count: number): { train: Split; heldOut: Split } {
  const first = split.count - count;
  if (first <= 0) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot hold out ${count} images`,
      expected: `fewer than the ${split.count} images of the training set`,
      next: 'Use a smaller --held-out.',
    });
  }
  return { train: range(split, 0, first), heldOut: range(split, first, split.count) };
}

/** Returns the images from index `from` to before index `to`, as a view. */
function range({ images, labels, count }: Split, from: number, to: number): Split {
  const pixels = images.length / count;
  return {
    count: to - from,
    images: images.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
  };
}
