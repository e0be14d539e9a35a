/**
 * @file The library: `import { train } from 'tinyvgg-train'`.
 *
 * Build a network with `resolveNetwork`, open an engine with `openEngine`, and pass both to `train`. It reports its progress as events, and
 * can be interrupted and resumed. `evaluate` and `predict` use the result, `exportRelease` and `push` publish it. Errors that a caller can
 * handle are of the type `ExplainedError`. examples/train.ts and examples/own-network.ts are complete programs.
 */
export { type ErrorKind, ExplainedError } from '#shared/errors.ts';
export type { Manifest } from '#shared/manifest.ts';
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
export type { Prediction } from '#shared/predictions.ts';
export type { Batch } from './dataset/batch.ts';
export { loadDataset } from './dataset/fashion-mnist/load.ts';
export { type DataSettings, openDataset } from './dataset/open.ts';
export { type Dataset, type Split, take } from './dataset/split.ts';
export type { Engine, EngineSession } from './engine/engine.ts';
export { DEVICES, openEngine } from './engine/open.ts';
export { adam, adamw, type Optimizer, sgd } from './engine/optimizer.ts';
export { evaluate, type Model, predict } from './library/evaluate.ts';
export { exportRelease, type ReleaseOptions } from './library/release.ts';
export { fromSafetensors, toSafetensors } from './library/weights.ts';
export { MODEL_NAMES, modelSpec } from './model/zoo.ts';
export type { Move } from './registry/alias.ts';
export { push, type RegistryOptions } from './registry/registry.ts';
export { exportOnnx, type OnnxMetadata } from './release/export.ts';
export {
  type CompleteRelease,
  type Release,
  readRelease,
  type TrainedRelease,
  writeRelease,
} from './release/release.ts';
export { openLocalStore, openStore, type StoreFlags } from './store/open.ts';
export type { ObjectStore } from './store/store.ts';
export type { Checkpoints } from './training/checkpoint/checkpoints.ts';
export { folderCheckpoints } from './training/checkpoint/folder.ts';
export type { EpochMetrics } from './training/epoch-metrics.ts';
export type { Evaluation } from './training/evaluate.ts';
export type { TrainingEvent } from './training/events.ts';
export type { Job, TrainedModel, TrainOptions } from './training/job.ts';
export type { Outcome, ReportedSettings, Reporter } from './training/reporter.ts';
export type { TrainingState } from './training/state.ts';
export { train } from './training/trainer.ts';
