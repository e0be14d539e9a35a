/** @file Computes the logits of a trained network for the images of a split. */
import { setImmediate } from 'node:timers/promises';
import type { Network, Weights } from '#shared/model/spec.ts';
import type { Augment } from '../dataset/batch.ts';
import type { Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { sgd } from '../engine/optimizer.ts';

export interface LogitsContext {
  engine: Engine;
  /** Images of one call of the engine. */
  batchSize: number;
  /** Changes copies of the images before their logits are computed. */
  augment?: Augment | undefined;
  /** Epoch for which `augment` draws its changes, at the start of a training. */
  epoch?: number;
  signal: AbortSignal;
  /** Receives the number of images that are done, and of all images. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Returns the logits, [count, classes].
 * @throws the signal's reason on abort
 */
export async function computeLogits(
  { network, weights }: { network: Network; weights: Weights },
  split: Split,
  { engine, batchSize, augment, epoch = 0, signal, onProgress = () => {} }: LogitsContext,
): Promise<Float32Array> {
  const { count } = split;
  const [pixels, classes] = [split.images.length / count, network.output[0]];
  const logits = new Float32Array(count * classes);
  const session = await engine.open(network, weights, sgd(0));
  try {
    for (let first = 0; first < count; first += batchSize) {
      // Lets signal handlers run, so that a signal can abort.
      await setImmediate();
      signal.throwIfAborted();
      const end = Math.min(first + batchSize, count);
      // A copy, also of a Buffer, whose `slice` makes none.
      const images = new Uint8Array(split.images.subarray(first * pixels, end * pixels));
      augment?.({ images, labels: split.labels.subarray(first, end) }, { epoch, progress: 0, first });
      logits.set(await session.logits(images, end - first), first * classes);
      onProgress(end, count);
    }
    return logits;
  } finally {
    session.close();
  }
}
