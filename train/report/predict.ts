/** @file What a model says to every test image. */
import { IMAGE_PIXELS } from '#shared/labels.ts';
import { rankLabels } from '#shared/predictions.ts';
import type { Split } from '../dataset/split.ts';
import { Generator } from '../random.ts';
import { onnxPredictor } from '../release/onnxruntime.ts';
import type { Release } from '../release/release.ts';

export interface Judgement {
  /** Pixels, [28, 28]. */
  image: Uint8Array;
  /** Index of the class, as is the prediction. */
  label: number;
  prediction: number;
  /** Of the prediction, in 0..1. */
  score: number;
}

const BATCH = 250;

/** The judgements on `test`, in its order. */
export async function predictAll({ manifest, files }: Release, test: Split): Promise<Judgement[]> {
  const predict = await onnxPredictor(files.onnx);
  const classes = manifest.labels.length;
  const judgements: Judgement[] = [];
  for (let first = 0; first < test.count; first += BATCH) {
    const size = Math.min(BATCH, test.count - first);
    const images = test.images.subarray(first * IMAGE_PIXELS, (first + size) * IMAGE_PIXELS);
    const logits = await predict(images, size);
    for (let n = 0; n < size; n++) {
      const own = logits.subarray(n * classes, (n + 1) * classes);
      const [{ index, score }] = rankLabels(own, manifest);
      judgements.push({
        image: images.subarray(n * IMAGE_PIXELS, (n + 1) * IMAGE_PIXELS),
        label: test.labels[first + n],
        prediction: index,
        score,
      });
    }
  }
  return judgements;
}

/** Some judgements, drawn with `seed`. */
export const sample = (judgements: readonly Judgement[], count: number, seed: number): Judgement[] =>
  Array.from(Generator.seeded(seed).permutation(judgements.length).subarray(0, count), (i) => judgements[i]);

/** The wrong ones, surest first. */
export const mistakes = (judgements: readonly Judgement[]): Judgement[] =>
  judgements.filter(({ label, prediction }) => label !== prediction).sort((a, b) => b.score - a.score);
