/** @file Converts logits to predictions, for the Worker, the trainer and the browser alike. */
import type { Manifest } from './manifest.ts';

export interface Prediction {
  label: string;
  /** Index of the label in the manifest. */
  index: number;
  /** Probability in 0..1. The scores of all labels in the manifest add up to 1. */
  score: number;
}

/**
 * Ranks the labels by their calibrated scores, most likely first. A model whose output has probabilities is not calibrated.
 * @param output [labels], as the manifest describes it
 */
export function rankLabels(
  output: Float32Array,
  manifest: Pick<Manifest, 'labels' | 'calibration' | 'output'>,
): Prediction[] {
  const isScores = manifest.output.values === 'probabilities';
  const scores = isScores ? output : softmax(output, temperatureOf(manifest));
  return manifest.labels
    .map((label, index) => ({ label, index, score: scores[index] as number }))
    .sort((a, b) => b.score - a.score);
}

/** Returns the labels that an answer can have: all but the one of pictures that show none of the others. */
export const answersOf = ({ labels, none }: Pick<Manifest, 'labels' | 'none'>): string[] =>
  labels.filter((label) => label !== none);

/** Returns the predictions that can be an answer, in the same order. */
export const answersAmong = (
  predictions: readonly Prediction[],
  { none }: Pick<Manifest, 'none'>,
): Prediction[] => predictions.filter(({ label }) => label !== none);

/** Returns the temperature of a model, which is 1 if the model was not calibrated. */
export const temperatureOf = ({ calibration }: Pick<Manifest, 'calibration'>): number =>
  calibration?.temperature ?? 1;

/** Computes softmax(logits / temperature) in double precision. */
export function softmax(logits: Float32Array, temperature: number): number[] {
  // Subtracting the largest logit changes no score and keeps the powers finite.
  const maximum = Math.max(...logits);
  const powers = Array.from(logits, (logit) => exp((logit - maximum) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** ln 2 in two parts. The product of the first part with any exponent is exact. */
const [LN2_HIGH, LN2_LOW] = [0.6931471803691238, 1.9082149292705877e-10];

/** Remez coefficients, in r², of r · (eʳ + 1) / (eʳ − 1) without its first term, which is 2. */
const COEFFICIENTS = [
  0.16666666666666602, -0.0027777777777015593, 0.00006613756321437934, -0.0000016533902205465252,
  4.1381367970572385e-8,
];

/**
 * Computes eˣ for x ≤ 0 within one unit in the last place (FDLIBM, e_exp.c); 0 below −708. Math.exp may differ in the last
 * bit between JavaScript engines, and then the Worker and the browser would give different scores.
 */
export function exp(x: number): number {
  const halvings = Math.round(-x * Math.LOG2E);
  // Smaller than normal numbers are, and than any score that is looked at.
  if (!(halvings < 1022)) return Number.isNaN(x) ? x : 0;
  const [high, low] = [x + halvings * LN2_HIGH, -halvings * LN2_LOW];
  const r = high - low;
  const square = r * r;
  const c = r - square * COEFFICIENTS.reduceRight((sum, coefficient) => coefficient + square * sum, 0);
  let power = 1 - (low - (r * c) / (2 - c) - high);
  for (let i = 0; i < halvings; i++) power /= 2;
  return power;
}
