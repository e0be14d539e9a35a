/** @file Logits → scores, by the function that a request names. */
import type { Manifest } from '#shared/manifest.ts';
import { rankLabels } from '#shared/predictions.ts';
import type { HfResponse } from './responses.ts';

export const OUTPUTS = ['softmax', 'sigmoid', 'none'] as const;

export function scoresOf(
  manifest: Manifest,
  logits: Float32Array,
  output: (typeof OUTPUTS)[number],
): HfResponse {
  if (output === 'softmax') {
    return rankLabels(logits, manifest).map(({ label, score }) => ({ label, score }));
  }
  const apply = output === 'sigmoid' ? sigmoid : (logit: number) => logit;
  return Array.from(logits, (logit, i) => ({ label: manifest.labels[i] ?? '', score: apply(logit) })).sort(
    (a, b) => b.score - a.score,
  );
}

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
