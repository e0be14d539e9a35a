/** @file Where trainings keep where they stand: a run's folder, or the object store. */
import type { Network } from '#shared/model/spec.ts';
import type { Optimizer } from '../../engine/optimizer.ts';
import type { TrainingState } from '../trainer.ts';

export interface Checkpoints {
  /** The newest checkpoint of a network that can be used; undefined when there is none. */
  newest(network: Network, optimizer: Optimizer): Promise<TrainingState | undefined>;
  /** Keeps a state, whole or not at all; `best`: with the highest test accuracy so far. */
  save(network: Network, state: TrainingState, kind: { best: boolean }): Promise<void>;
}
