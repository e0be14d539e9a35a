/** @file Converts logits to scores with the function that a request selects. */
import type { Manifest } from '#shared/manifest.ts';
import { rankLabels } from '#shared/predictions.ts';
import type { HfResponse } from './responses.ts';

export const SCORE_FUNCTIONS = ['softmax', 'sigmoid', 'none'] as const;

/** @returns all labels, highest score first */
export function scoresOf(
  manifest: Manifest,
  logits: Float32Array,
  scoreFunction: (typeof SCORE_FUNCTIONS)[number],
): HfResponse {
  if (scoreFunction === 'softmax') {
    return rankLabels(logits, manifest).map(({ label, score }) => ({ label, score }));
  }
  const apply = scoreFunction === 'sigmoid' ? sigmoid : (logit: number) => logit;
  return Array.from(logits, (logit, i) => ({ label: manifest.labels[i] ?? '', score: apply(logit) })).sort(
    (a, b) => b.score - a.score,
  );
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
