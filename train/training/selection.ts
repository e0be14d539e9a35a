/** @file Chooses the epoch whose weights a training returns: the best one on the validation images. */
import type { Weights } from '#shared/model/spec.ts';
import type { EpochMetrics } from './epoch-metrics.ts';

/** Which epoch's weights a training returns. */
export const SELECTIONS = ['last', 'best'] as const;
export type Selection = (typeof SELECTIONS)[number];

/** The best epoch so far. */
export interface Choice {
  /** From 0. */
  epoch: number;
  weights: Weights;
}

/** Returns whether an epoch has a higher validation accuracy than another one, or the same and a smaller validation loss. */
export function isBetter(epoch: EpochMetrics, other: EpochMetrics): boolean {
  const { validationAccuracy: accuracy = 0, validationLoss: loss = 0 } = epoch;
  const { validationAccuracy: otherAccuracy = 0, validationLoss: otherLoss = 0 } = other;
  return accuracy > otherAccuracy || (accuracy === otherAccuracy && loss < otherLoss);
}
