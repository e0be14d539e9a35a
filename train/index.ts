/**
 * @file Training as a library: `import { train } from 'tinyvgg-edge'`.
 *
 * A network is data, an engine computes, `train` tells its progress by typed events and may be stopped and gone on from. Errors that
 * a caller can act on are ExplainedError.
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
export { adam, type Optimizer, sgd } from './engine/optimizer.ts';
export { MODEL_NAMES, modelSpec } from './model/zoo.ts';
export { exportOnnx } from './release/export.ts';
export type { Checkpoints } from './training/checkpoint/checkpoints.ts';
export { folderCheckpoints } from './training/checkpoint/folder.ts';
export type { EpochMetrics } from './training/epoch-metrics.ts';
export type { Evaluation } from './training/evaluate.ts';
export type { TrainingEvent } from './training/events.ts';
export type { Job, TrainedModel, TrainOptions } from './training/job.ts';
export type { TrainingState } from './training/state.ts';
export { train } from './training/trainer.ts';
