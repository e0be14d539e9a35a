/** @file Batches for the tests of engines. */
import { type Network, sizeOf } from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import type { Generator } from '../../../train/random.ts';

/** Returns random images with random labels. */
export function randomBatch(network: Network, size: number, noise: Generator): Batch {
  const images = Uint8Array.from({ length: size * sizeOf(network.input) }, () => noise.random() & 0xff);
  const labels = Uint16Array.from({ length: size }, () => noise.random() % network.output[0]);
  return { images, labels };
}
