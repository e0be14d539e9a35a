/** @file The interface of a checkpoint store: a run's folder, or the object store. */
import type { Network } from '#shared/model/spec.ts';
import type { Optimizer } from '../../engine/optimizer.ts';
import type { TrainingState } from '../state.ts';

/** Stores the checkpoints of trainings, by the name of their network. */
export interface Checkpoints {
  /** Returns the newest checkpoint of a network that can be read; undefined when there is none. */
  newest(network: Network, optimizer: Optimizer): Promise<TrainingState | undefined>;
  /** Writes a checkpoint atomically. `best`: its epoch is the best so far. */
  save(network: Network, state: TrainingState, kind: { best: boolean }): Promise<void>;
}
