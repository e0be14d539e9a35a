/** @file Evaluates a model on a split: loss, accuracy, confusion matrix and logits. */
import { ExplainedError } from '#shared/errors.ts';
import { oneHot } from '../dataset/batch.ts';
import type { Loader } from '../dataset/loader.ts';
import { crossEntropy } from '../engine/reference.ts';
import type { TestMetrics } from './epoch-metrics.ts';

/** Logits [count, classes], with the labels [count] of their images. */
export interface LabelledLogits {
  logits: Float32Array;
  labels: Uint16Array;
}

/** The result of an evaluation. */
export interface Evaluation {
  /** Mean of the batches' mean cross-entropy losses, as in the lab. */
  loss: number;
  /** Mean of the batches' accuracies in percent, as in the lab: a smaller last batch has the same weight as the others. */
  labAccuracy: number;
  /** Share of the images that are classified correctly, 0..1. */
  accuracy: number;
  /** confusion[label][prediction] = images. */
  confusion: number[][];
  /** [count, classes], in the loader's order. */
  logits: Float32Array;
  /** [count], in the loader's order: 1 where the prediction is the label. */
  correct: Uint8Array;
}

/** Returns the metrics of an evaluation on the test images. */
export const testMetrics = ({ loss, labAccuracy, accuracy }: Evaluation): TestMetrics => ({
  testLoss: loss,
  labAccuracy,
  testAccuracy: accuracy,
});

/** Computes logits [count, classes] of images [count, channels, height, width]. */
export type Predict = (images: Uint8Array, count: number) => Promise<Float32Array>;

/**
 * Evaluates `predict` on one epoch of `loader`.
 * @throws ExplainedError of kind `model` when the model has another number of outputs
 */
export async function evaluate(predict: Predict, loader: Loader, classes: number): Promise<Evaluation> {
  const { count } = loader.split;
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const logits = new Float32Array(count * classes);
  const correct = new Uint8Array(count);
  let [seen, loss, labAccuracy, allHits] = [0, 0, 0, 0];
  for (const { images, labels } of loader.epoch()) {
    const batchLogits = await predict(images, labels.length);
    if (batchLogits.length !== labels.length * classes) {
      throw new ExplainedError({
        kind: 'model',
        what: 'cannot evaluate the model',
        expected: `${classes} outputs, one for each class`,
        got: `${batchLogits.length / labels.length}`,
      });
    }
    logits.set(batchLogits, seen * classes);
    loss += crossEntropy(batchLogits, oneHot(labels, classes), labels.length).loss;
    let hits = 0;
    for (const [n, label] of labels.entries()) {
      const prediction = argmax(batchLogits.subarray(n * classes, (n + 1) * classes));
      confusion[label][prediction]++;
      if (prediction !== label) continue;
      correct[seen + n] = 1;
      hits++;
    }
    seen += labels.length;
    labAccuracy += (100 * hits) / labels.length;
    allHits += hits;
  }
  return {
    loss: loss / loader.length,
    labAccuracy: labAccuracy / loader.length,
    accuracy: allHits / count,
    confusion,
    logits,
    correct,
  };
}

/** Returns the index of the first maximum. */
function argmax(values: Float32Array): number {
  return values.indexOf(values.reduce((a, b) => Math.max(a, b)));
}
