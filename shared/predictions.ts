/** @file Logits → predictions, the same for the Worker, the trainer and the browser. */

export interface Prediction {
  label: string;
  /** Place of the label in the manifest's list. */
  index: number;
  /** Probability in 0..1; those of all labels add up to 1. */
  score: number;
}

/**
 * The labels by softmax(logits / temperature), likeliest first.
 * @param logits [labels]
 * @param temperature of the manifest's calibration
 */
export function rankLabels(
  logits: Float32Array,
  labels: readonly string[],
  temperature: number,
): Prediction[] {
  // Subtracting the largest logit changes no score and keeps exp() finite.
  const maximum = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp((logit - maximum) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return labels
    .map((label, index) => ({ label, index, score: powers[index] / sum }))
    .sort((a, b) => b.score - a.score);
}
