/** @file Splits of a data set, and the division of its images into training, test and held-out images. */
import { ExplainedError } from '#shared/errors.ts';
import type { Preprocessing } from '#shared/input/preprocessing.ts';
import type { Shape } from '#shared/model/spec.ts';

/** Images with their labels. */
export interface Split {
  count: number;
  /** Pixels, [count, channels, height, width]. */
  images: Uint8Array;
  /** Class indices, [count]. */
  labels: Uint16Array;
  /** Probability of each class, [count, classes]. If present, a training learns these instead of the labels. */
  targets?: Float32Array;
  /** Paths of the images' files, [count]; absent where the images are not in files of their own. */
  names?: readonly string[];
}

/** A data set: its images, and what a model of them takes and returns. */
export interface Dataset {
  /** Name for people. */
  name: string;
  /** Begins the names of its models in a registry. Fashion-MNIST's models have the names of their networks alone. */
  modelPrefix: string;
  /** Names of the classes, by index. */
  classes: readonly string[];
  /** The class of pictures that show none of the others, if there is one. A model declines to answer for them. */
  none?: string | undefined;
  /** SPDX identifier of the licence that its models have; absent if it is not known. */
  license?: string | undefined;
  /** [channels, height, width] of an image. */
  shape: Shape;
  /** How an image is made from a picture. */
  preprocessing: Preprocessing;
  train: Split;
  /** Images on which choices are made. Without them, training images are held out for that. */
  validation?: Split;
  test: Split;
  /** Digest of each source, by its name: the MD5 of a file, or the SHA-256 of a folder's images. */
  digests: Record<string, string>;
}

/** The images of a training run. The model is never trained on the held-out images; that split may be empty. */
export interface RunData {
  train: Split;
  test: Split;
  heldOut: Split;
}

/**
 * Divides a data set for a run. The validation images become the held-out set; without them, the last `heldOut` training images do.
 * Then the training and the test set are cut to their first `limit` images.
 * @throws ExplainedError of kind `usage` when no training image would be left
 */
export function divide(dataset: Dataset, heldOut: number, limit = Number.POSITIVE_INFINITY): RunData {
  const { train, validation } = dataset;
  const divided = validation ? { train, heldOut: validation } : holdOut(train, heldOut);
  return {
    train: take(divided.train, limit),
    heldOut: divided.heldOut,
    test: take(dataset.test, limit),
  };
}

/** Returns the number of training and test images. */
export const imagesOf = ({ train, test }: Pick<RunData, 'train' | 'test'>) => ({
  train: train.count,
  test: test.count,
});

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
function range({ images, labels, targets, names, count }: Split, from: number, to: number): Split {
  const pixels = images.length / count;
  const classes = targets ? targets.length / count : 0;
  return {
    count: to - from,
    images: images.subarray(from * pixels, to * pixels),
    labels: labels.subarray(from, to),
    ...(targets && { targets: targets.subarray(from * classes, to * classes) }),
    ...(names && { names: names.slice(from, to) }),
  };
}

/** Returns the images of two splits and their labels, one after the other. */
export const joinSplits = (first: Split, second: Split): Split => ({
  count: first.count + second.count,
  images: Buffer.concat([first.images, second.images]),
  labels: Uint16Array.from([...first.labels, ...second.labels]),
});

/**
 * Returns the images whose label fulfils a condition, with their labels.
 * @returns also their places in the split
 */
export function where(
  { images, labels, count }: Split,
  holds: (label: number) => boolean,
): { split: Split; places: number[] } {
  const size = images.length / count;
  const places = [...labels.keys()].filter((i) => holds(labels[i]));
  const pixels = new Uint8Array(places.length * size);
  for (const [to, from] of places.entries())
    pixels.set(images.subarray(from * size, (from + 1) * size), to * size);
  return {
    split: { count: places.length, images: pixels, labels: Uint16Array.from(places, (i) => labels[i]) },
    places,
  };
}
