/** @file The state of a training between two steps: everything that a checkpoint stores. */
import type { Weights } from '#shared/model/spec.ts';
import type { OptimizerState } from '../engine/optimizer.ts';
import type { Generator, GeneratorState } from '../random.ts';
import type { EpochMetrics } from './epoch-metrics.ts';
import type { Choice } from './selection.ts';

/** A training between two steps. A training that `train` resumes from it ends with the same bits. */
export interface TrainingState {
  weights: Weights;
  optimizer: OptimizerState;
  position: Position;
  /** The best epoch so far; undefined before the end of the first, and without validation images. */
  choice?: Choice | undefined;
}

export interface Position {
  /** State at the start of the epoch. A resumed training draws the order of the epoch's images from it again. */
  generator: GeneratorState;
  /** The current epoch, from 0. */
  epoch: number;
  /** The next batch of this epoch, from 0. */
  batch: number;
  /** Sum of the losses of this epoch's steps so far. */
  lossSum: number;
  /** Losses of the steps since the last `progress` event. */
  recentLosses: number[];
  /** Metrics of the finished epochs. */
  epochs: EpochMetrics[];
  /** confusion[label][prediction] = test images after the last finished epoch; empty with validation images. */
  confusion: number[][];
  /** Wall-clock time of training with evaluation. */
  seconds: number;
}

/** Returns the position before the first step. */
export const firstPosition = (generator: Generator): Position => ({
  generator: generator.state(),
  epoch: 0,
  batch: 0,
  lossSum: 0,
  recentLosses: [],
  epochs: [],
  confusion: [],
  seconds: 0,
});
