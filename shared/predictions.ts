/** @file Logits → predictions, the same for the Worker, the trainer and the browser. */
import type { Manifest } from './manifest.ts';

export interface Prediction {
  label: string;
  /** Place of the label in the manifest's list. */
  index: number;
  /** Probability in 0..1; those of all labels add up to 1. */
  score: number;
}

/**
 * The labels by their calibrated scores, likeliest first.
 * @param logits [labels]
 */
export function rankLabels(
  logits: Float32Array,
  manifest: Pick<Manifest, 'labels' | 'calibration'>,
): Prediction[] {
  const scores = softmax(logits, temperatureOf(manifest));
  return manifest.labels
    .map((label, index) => ({ label, index, score: scores[index] as number }))
    .sort((a, b) => b.score - a.score);
}

/** What a model's logits are divided by; 1 where it was not calibrated. */
export const temperatureOf = ({ calibration }: Pick<Manifest, 'calibration'>): number =>
  calibration?.temperature ?? 1;

/** softmax(logits / temperature) in double precision. */
export function softmax(logits: Float32Array, temperature: number): number[] {
  // Subtracting the largest logit changes no score and keeps exp() finite.
  const maximum = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp((logit - maximum) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
