/** @file Pixels → what is on them. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { preparePhoto } from '#shared/photo/photo.ts';
import { networkInput, type ServedModel } from './model.ts';

export interface Prediction {
  label: string;
  /** Place of the label in the manifest's list. */
  index: number;
  /** Probability in 0..1; those of all labels add up to 1. */
  score: number;
}

/** The `topK` likeliest labels, likeliest first. */
export async function classify(model: ServedModel, pixels: Pixels, topK: number): Promise<Prediction[]> {
  const { image } = preparePhoto(pixels);
  const logits = await model.classifier.logits(networkInput(image), 1);
  const scores = softmax(logits, model.manifest.calibration.temperature);
  return model.manifest.labels
    .map((label, index) => ({ label, index, score: scores[index] as number }))
    .sort((a, b) => b.score - a.score)
    .slice(0, topK);
}

/** softmax(logits / temperature), safe for logits of any size. */
function softmax(logits: Float32Array, temperature: number): number[] {
  const most = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
