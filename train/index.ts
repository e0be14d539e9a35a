/**
 * @file The library: `import { train } from 'tinyvgg-train'`.
 *
 * Build a network with `resolveNetwork`, open an engine with `openEngine`, and pass both to `train`. It reports its progress as events, and
 * can be interrupted and resumed. Errors that a caller can handle are of the type `ExplainedError`. examples/train.ts is a complete program.
 */
export { type ErrorKind, ExplainedError } from '#shared/errors.ts';
export {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  type Weights,
} from '#shared/model/spec.ts';
export type { Batch } from './dataset/batch.ts';
export { loadDataset } from './dataset/fashion-mnist/load.ts';
export { type Dataset, type Split, take } from './dataset/split.ts';
export type { Engine, EngineSession } from './engine/engine.ts';
export { DEVICES, openEngine } from './engine/open.ts';
export { adam, adamw, type Optimizer, sgd } from './engine/optimizer.ts';
export { MODEL_NAMES, modelSpec } from './model/zoo.ts';
export { exportOnnx } from './release/export.ts';
export type { Checkpoints } from './training/checkpoint/checkpoints.ts';
export { folderCheckpoints } from './training/checkpoint/folder.ts';
export type { EpochMetrics } from './training/epoch-metrics.ts';
export type { Evaluation } from './training/evaluate.ts';
export type { TrainingEvent } from './training/events.ts';
export type { Job, TrainedModel, TrainOptions } from './training/job.ts';
export type { Outcome, ReportedSettings, Reporter } from './training/reporter.ts';
export type { TrainingState } from './training/state.ts';
export { train } from './training/trainer.ts';
