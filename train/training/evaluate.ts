/** @file Logits, loss, accuracy and confusion of anything that gives logits, over one epoch of a loader. */
import type { Loader } from '../dataset/loader.ts';
import { crossEntropy } from '../engine/reference.ts';

export interface Evaluation {
  /** Mean of the batches' mean cross-entropy losses, as the lab takes it. */
  loss: number;
  /** Mean of the batches' accuracies in percent, as the lab takes it: the last, smaller batch counts as much as the others. */
  labAccuracy: number;
  /** Share of right images, 0..1. */
  accuracy: number;
  /** confusion[label][prediction] = images. */
  confusion: number[][];
  /** [count, classes], in the loader's order. */
  logits: Float32Array;
  /** [count], in the loader's order: 1 where the prediction is the label. */
  right: Uint8Array;
}

/** Logits [count, classes] of images [count, channels, height, width]. */
export type Predict = (images: Uint8Array, count: number) => Promise<Float32Array>;

export async function evaluate(predict: Predict, loader: Loader, classes: number): Promise<Evaluation> {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const all = new Float32Array(loader.split.count * classes);
  let [loss, seen] = [0, 0];
  const right = new Uint8Array(loader.split.count);
  let labAccuracy = 0;
  let correct = 0;
  for (const { images, labels } of loader.epoch()) {
    const logits = await predict(images, labels.length);
    all.set(logits, seen * classes);
    loss += crossEntropy(logits, labels).loss;
    let hits = 0;
    for (const [n, label] of labels.entries()) {
      const prediction = argmax(logits.subarray(n * classes, (n + 1) * classes));
      confusion[label][prediction]++;
      if (prediction !== label) continue;
      right[seen + n] = 1;
      hits++;
    }
    seen += labels.length;
    labAccuracy += (100 * hits) / labels.length;
    correct += hits;
  }
  return {
    loss: loss / loader.length,
    labAccuracy: labAccuracy / loader.length,
    accuracy: correct / loader.split.count,
    confusion,
    logits: all,
    right,
  };
}

/** Index of the first maximum. */
function argmax(values: Float32Array): number {
  return values.indexOf(values.reduce((a, b) => Math.max(a, b)));
}
