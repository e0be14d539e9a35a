/** @file Events of a training, for printers, logs and callers of the library. */
import type { EpochMetrics, TestMetrics } from './epoch-metrics.ts';

/** An event of a training. `epoch` and `batch` count from 0. `step` is the number of steps since training began, `seconds` the time with evaluation. */
export type TrainingEvent =
  /** Training begins, or resumes, before `batch` of the epoch. */
  | { type: 'epoch-start'; epoch: number; batch: number; step: number }
  /**
   * `seen` of the epoch's `total` images have been trained on. `loss` is the mean over the steps since the last such event,
   * `learningRate` that of the last step.
   */
  | {
      type: 'progress';
      epoch: number;
      batch: number;
      step: number;
      seen: number;
      total: number;
      loss: number;
      learningRate: number;
      seconds: number;
    }
  /** An epoch has ended. It has results on the validation images, or without them on the test images. */
  | ({ type: 'epoch-end'; epoch: number; step: number; seconds: number } & EpochMetrics)
  /** Only with validation images: training has ended, and the weights of `epoch` were evaluated on the test images for the first time. */
  | ({ type: 'test'; epoch: number; step: number; seconds: number } & TestMetrics);
