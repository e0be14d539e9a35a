/** @file Frozen training runs: every number with its unit and its reason. */
import type { Sgd } from './engine/engine.ts';
import { MODEL_NAMES, type ModelName } from './model/zoo.ts';

export interface Recipe {
  name: string;
  models: readonly ModelName[];
  /** Passes over the training set. */
  epochs: number;
  /** Images of one step. */
  batchSize: number;
  optimizer: Sgd;
  /** `torch.manual_seed` before the model is made, and again before the first epoch. */
  seed: number;
}

/**
 * The lab, number for number. Expect 83.43 % (v0), 83.99 % (v1) and 87.3 to 89 % (tinyvgg; float32 rounding decides) on
 * the test set.
 */
const lab: Recipe = {
  name: 'lab',
  models: MODEL_NAMES,
  epochs: 3,
  batchSize: 32,
  optimizer: { learningRate: 0.1 },
  seed: 42,
};

export const RECIPES: Record<string, Recipe> = { lab };
