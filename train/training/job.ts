/** @file The interface of the trainer: what to train, how, and the trained model. */
import type { Network, Weights } from '#shared/model/spec.ts';
import type { Augment } from '../dataset/batch.ts';
import type { Dataset } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import type { Optimizer } from '../engine/optimizer.ts';
import type { EpochMetrics } from './epoch-metrics.ts';
import type { TrainingEvent } from './events.ts';
import type { Reporter } from './reporter.ts';
import type { ScheduleName } from './schedule.ts';
import type { Selection } from './selection.ts';
import type { TrainingState } from './state.ts';

/** A network, its data, and how it is trained. */
export interface Job {
  network: Network;
  /** After each epoch the validation images are evaluated, and the test images once at the end; without validation images, the test images after each epoch. */
  data: Pick<Dataset, 'train' | 'test' | 'validation'>;
  engine: Engine;
  /** If it averages the weights, the average is evaluated and returned. */
  optimizer: Optimizer;
  epochs: number;
  /** The epoch whose weights are returned; the last one by default. `best` needs validation images. */
  select?: Selection | undefined;
  /** With `best`: epochs without a better one on the validation images after which training ends; never by default. */
  patience?: number | undefined;
  /** Images per step. */
  batchSize: number;
  seed: number;
  /** Weights before the first step; drawn from the seed by default. */
  initial?: Weights | undefined;
  /** Learning-rate schedule; `constant` by default. */
  schedule?: ScheduleName | undefined;
  /** Share of the training target that is the same for all classes, 0..1; 0 by default. */
  labelSmoothing?: number | undefined;
  /** Trains on as many images of each class; off by default. */
  balance?: boolean | undefined;
  /** Changes the images of each batch before the step; none by default. */
  augment?: Augment | undefined;
}

/** Progress, checkpoints and interruption of a training. They do not change its result. */
export interface TrainOptions {
  onEvent?: (event: TrainingEvent) => void;
  /** Receives settings and metrics by name, for the log of an experiment tracker. */
  reporter?: Reporter | undefined;
  /** A state of the same job to resume from. The result has the same bits as without the interruption. */
  from?: TrainingState | undefined;
  /**
   * Stores a checkpoint. Called after each epoch, every `checkpointEvery` seconds, and on abort. `best`: an epoch has ended that is the best on
   * the validation images so far.
   */
  checkpoint?: (state: TrainingState, kind: { best: boolean }) => Promise<void>;
  /** Seconds between two checkpoints within an epoch; 0 for one after each step. */
  checkpointEvery?: number;
  /** On abort, training ends after the current step with a checkpoint, and `train` throws the signal's reason. */
  signal?: AbortSignal;
}

/** The result of a training. */
export interface TrainedModel {
  network: Network;
  weights: Weights;
  /** Metrics of each epoch. That of `chosen` has results on the test images. */
  epochs: EpochMetrics[];
  /** Index of the epoch that the weights are from. */
  chosen: number;
  /** confusion[label][prediction] = test images. */
  confusion: number[][];
  /** Wall-clock time of training with evaluation. */
  seconds: number;
}
