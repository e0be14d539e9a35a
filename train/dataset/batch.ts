/** @file The images and labels of one step. */
import type { Split } from './split.ts';

/** Images with their labels, and optionally where they are in their split. */
export interface Batch {
  /** Pixels, [batch, channels, height, width], 0..255. */
  images: Uint8Array;
  /** Class indices, [batch]. */
  labels: Uint16Array;
  /** Probability of each class, [batch, classes], that a step learns instead of the labels. */
  targets?: Float32Array;
  /**
   * Indices of the images in their split. An engine that keeps the split in its own memory needs nothing else: a batch with a source
   * copies its `images` only when they are read.
   */
  source?: { split: Split; indices: Uint32Array };
}

/** Returns the probability of each class that a step learns, [batch, classes]: 1 for the label, unless the batch has `targets`. */
export const targetsOf = ({ labels, targets }: Batch, classes: number): Float32Array =>
  targets ?? oneHot(labels, classes);

/**
 * Writes 1 for the label and 0 for the other classes.
 * @param to [labels, classes]; new memory by default
 * @returns `to`
 */
export function oneHot(
  labels: Uint16Array,
  classes: number,
  to = new Float32Array(labels.length * classes),
): Float32Array {
  to.fill(0);
  for (let n = 0; n < labels.length; n++) to[n * classes + labels[n]] = 1;
  return to;
}

/** Where a batch is in a training. */
export interface BatchPosition {
  epoch: number;
  /** Share of the epochs that are done, 0..1. */
  progress: number;
  /** Index in the epoch of the batch's first image. */
  first: number;
}

/** Changes the images of a batch in place. */
export type Augment = (batch: Pick<Batch, 'images' | 'labels'>, position: BatchPosition) => void;
