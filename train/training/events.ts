/** @file Events of a training, for printers, logs and callers of the library. */
import type { EpochMetrics } from './epoch-metrics.ts';

/** An event of a training. `epoch` and `batch` count from 0. `step` is the number of steps since training began, `seconds` the time with evaluation. */
export type TrainingEvent =
  /** Training begins, or resumes, before `batch` of the epoch. */
  | { type: 'epoch-start'; epoch: number; batch: number; step: number }
  /** `seen` of the epoch's `total` images have been trained on. `loss` is the mean over the steps since the last such event. */
  | {
      type: 'progress';
      epoch: number;
      batch: number;
      step: number;
      seen: number;
      total: number;
      loss: number;
      seconds: number;
    }
  | ({ type: 'epoch-end'; epoch: number; step: number; seconds: number } & EpochMetrics);
