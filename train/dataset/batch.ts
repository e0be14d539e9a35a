/** @file The images and labels of one step. */
import type { Split } from './split.ts';

/** Images with their labels, and optionally where they are in their split. */
export interface Batch {
  /** Pixels, [batch, channels, height, width], 0..255. */
  images: Uint8Array;
  /** Class indices, [batch]. */
  labels: Uint16Array;
  /**
   * Indices of the images in their split. An engine that keeps the split in its own memory needs nothing else: a batch with a source
   * copies its `images` only when they are read.
   */
  source?: { split: Split; indices: Uint32Array };
}

/**
 * Changes the images of a batch in place.
 * @param position the epoch, and the index in the epoch of the batch's first image
 */
export type Augment = (batch: Batch, position: { epoch: number; first: number }) => void;
