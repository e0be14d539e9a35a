/** @file What the trainer asks of whatever computes: a few functions over one network's explicit state. */
import type { Network, Weights } from '#shared/model/spec.ts';
import type { Split } from '../dataset/fashion-mnist/source.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';

/** Images and labels of one step. The engine reads them before `step` returns; the caller may reuse the memory. */
export interface Batch {
  /** Pixels, [batch, channels, height, width]; the engine scales them to 0..1 in float32. */
  images: Uint8Array;
  /** Class indices, [batch]. */
  labels: Uint8Array;
  /** Where the images stand in a split, for engines that keep it where they compute; such a batch gathers its `images` when they are read. */
  source?: { split: Split; indices: Uint32Array };
}

export interface Engine {
  readonly name: string;
  /** What computes, for people: library, version, threads or adapter. */
  readonly description: string;
  /** How many trainings of one network at once take less time than one after the other; one unless given. */
  readonly concurrency?: number;
  /** Begins work on a network: copies the weights, and what the optimizer remembers if it has done steps before, to where they are trained. */
  open(
    network: Network,
    weights: Weights,
    optimizer: Optimizer,
    state?: OptimizerState,
  ): Promise<EngineSession>;
  /**
   * Engines whose numbers depend on a card and its driver: to be called before training. Computes a few steps of it twice.
   * @throws ExplainedError of kind `device` when it disagrees with the reference engine
   */
  prove?(network: Network, optimizer: Optimizer, batchSize: number): Promise<void>;
}

export interface EngineSession {
  /**
   * One step of training on the mean cross-entropy loss of a batch.
   * @param learningRate of this step; the optimizer's own unless given
   */
  step(batch: Batch, learningRate?: number): void;
  /** The losses of the steps since the last call, in order. Asked for rarely, so that a device is not read back each step. */
  losses(): Promise<number[]>;
  /** Logits [count, classes] of images [count, channels, height, width]. */
  logits(images: Uint8Array, count: number): Promise<Float32Array>;
  /** A copy of the weights as trained so far. */
  weights(): Promise<Weights>;
  /** A copy of what the optimizer remembers: a session opened with it and the weights goes on to the same bits. */
  optimizerState(): Promise<OptimizerState>;
  /** Frees everything; the session must not be used after. */
  close(): void;
}
