/** @file The interface of an engine: it computes training steps and logits of one network at a time. */
import type { Network, Weights } from '#shared/model/spec.ts';
import type { Batch } from '../dataset/batch.ts';
import type { Optimizer, OptimizerState } from './optimizer.ts';

/** Computes training steps and logits on one device. */
export interface Engine {
  readonly name: string;
  /** Library, version, and threads or graphics card, for people. */
  readonly description: string;
  /** Number of sessions, on networks of one shape, that train fastest at the same time; 1 by default. */
  readonly concurrency?: number;
  /**
   * Opens a session, which copies the weights and the optimizer state to the engine's memory.
   * @param state state of an optimizer that has done steps before; the initial state by default
   */
  open(
    network: Network,
    weights: Weights,
    optimizer: Optimizer,
    state?: OptimizerState,
  ): Promise<EngineSession>;
  /**
   * Compares a few training steps with the reference engine. Only engines whose results depend on a graphics card and its driver have
   * this method; the trainer calls it before the first step.
   * @throws ExplainedError of kind `device` when the results differ by more than rounding
   */
  selfTest?(network: Network, optimizer: Optimizer, batchSize: number): Promise<void>;
}

/** What may differ from step to step. */
export interface StepOptions {
  /** The optimizer's by default. */
  learningRate?: number;
  /**
   * Share of the target that is the same for all classes, 0..1, as in `torch.nn.CrossEntropyLoss(label_smoothing=…)` (Szegedy et al.,
   * "Rethinking the Inception Architecture for Computer Vision", 2016, section 7); 0 by default.
   */
  labelSmoothing?: number;
}

/** One network in the memory of an engine, with its optimizer state. */
export interface EngineSession {
  /**
   * Does one training step on the mean cross-entropy loss of a batch: −Σ target · log softmax(logits), where the target of a class is 1
   * for the label, or its probability in the batch's `targets`. The batch is read before `step` returns, so the caller may reuse its
   * memory.
   */
  step(batch: Batch, options?: StepOptions): void;
  /**
   * Returns the losses of the steps since the last call, in order. Reading them waits for the device, so call this only after several
   * steps.
   */
  losses(): Promise<number[]>;
  /** Returns the logits, [count, classes], of images, [count, channels, height, width]. */
  logits(images: Uint8Array, count: number): Promise<Float32Array>;
  /** Returns a copy of the present weights. */
  weights(): Promise<Weights>;
  /** Replaces the weights. The optimizer state stays as it is. */
  load(weights: Weights): Promise<void>;
  /** Returns a copy of the optimizer state. A session opened with it and the weights computes the same bits from here on. */
  optimizerState(): Promise<OptimizerState>;
  /** Frees the session's memory. The session must not be used afterwards. */
  close(): void;
}
