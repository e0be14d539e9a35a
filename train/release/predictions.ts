/** @file Predicts the label of every test image. */
import { certaintyOf } from '#shared/abstention.ts';
import { rankLabels } from '#shared/predictions.ts';
import type { Split } from '../dataset/split.ts';
import { Generator } from '../random.ts';
import { onnxPredictor } from './onnxruntime.ts';
import type { Release } from './release.ts';

/** A test image with its label and the model's prediction. */
export interface TestPrediction {
  /** Pixels, [channels, height, width]. */
  image: Uint8Array;
  /** Path of the file, if the data set knows it. */
  name?: string | undefined;
  /** Index of the correct class. */
  label: number;
  /** Index of the predicted class. */
  prediction: number;
  /** Score of the predicted class, in 0..1. */
  score: number;
  /** What the model's least score is compared with (shared/abstention.ts). */
  certainty: number;
}

const BATCH = 250;

/** Returns the predictions for `test`, in its order. */
export async function predictAll({ manifest, files }: Release, test: Split): Promise<TestPrediction[]> {
  const predict = await onnxPredictor(files.onnx);
  const classes = manifest.labels.length;
  const pixels = test.images.length / test.count;
  const predictions: TestPrediction[] = [];
  for (let first = 0; first < test.count; first += BATCH) {
    const size = Math.min(BATCH, test.count - first);
    const images = test.images.subarray(first * pixels, (first + size) * pixels);
    const logits = await predict(images, size);
    for (let n = 0; n < size; n++) {
      const own = logits.subarray(n * classes, (n + 1) * classes);
      const ranked = rankLabels(own, manifest);
      const [{ index, score }] = ranked;
      predictions.push({
        image: images.subarray(n * pixels, (n + 1) * pixels),
        name: test.names?.[first + n],
        label: test.labels[first + n],
        prediction: index,
        score,
        certainty: certaintyOf(ranked, manifest),
      });
    }
  }
  return predictions;
}

/** Returns `count` predictions, drawn with `seed`. */
export const sample = (
  predictions: readonly TestPrediction[],
  count: number,
  seed: number,
): TestPrediction[] =>
  Array.from(
    Generator.seeded(seed).permutation(predictions.length).subarray(0, count),
    (i) => predictions[i],
  );

/** Returns the wrong predictions, highest score first. */
export const mistakes = (predictions: readonly TestPrediction[]): TestPrediction[] =>
  predictions.filter(({ label, prediction }) => label !== prediction).sort((a, b) => b.score - a.score);
