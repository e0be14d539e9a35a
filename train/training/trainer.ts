/** @file Trains one network: each epoch takes one step per batch, then evaluates. A training that is stopped and resumed ends with the same bits. */
import { setImmediate } from 'node:timers/promises';
import type { Weights } from '#shared/model/spec.ts';
import type { Batch } from '../dataset/batch.ts';
import { Loader } from '../dataset/loader.ts';
import type { EngineSession } from '../engine/engine.ts';
import { averageOf, checked, sgd } from '../engine/optimizer.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import { Divergence, requireBest, requireFiniteLoss, requireFiniteWeights, requireFit } from './checks.ts';
import type { EpochMetrics } from './epoch-metrics.ts';
import { type Evaluation, evaluate, testMetrics } from './evaluate.ts';
import type { TrainingEvent } from './events.ts';
import type { Job, TrainedModel, TrainOptions } from './job.ts';
import { reportEvent, settingsOf } from './reported.ts';
import { SCHEDULES } from './schedule.ts';
import { type Choice, isBetter } from './selection.ts';
import { firstPosition, type Position } from './state.ts';

/** Steps between two `progress` events. */
const PROGRESS_STEPS = 25;
const CHECKPOINT_SECONDS = 30;
/** Longest work in milliseconds without yielding to signal handlers and timers. */
const YIELD_AFTER = 50;

/**
 * Trains a network from its initial weights, or from a checkpoint.
 * @throws ExplainedError of kind `model` when the network does not fit the data
 * @throws ExplainedError of kind `device` when the engine fails, or disagrees with the reference engine
 * @throws Divergence, an ExplainedError of kind `divergence`, when a loss or a weight is not finite
 */
export async function train(job: Job, options: TrainOptions = {}): Promise<TrainedModel> {
  const { reporter } = options;
  const trainer = await Trainer.open(job, options);
  try {
    reporter?.settings?.(settingsOf(job));
    const trained = await trainer.run();
    await reporter?.end?.('finished');
    return trained;
  } catch (error) {
    await reporter?.end?.(error instanceof Divergence ? 'diverged' : 'failed');
    throw error;
  } finally {
    trainer.close();
  }
}

/** The training loop. Its state is `#position`, and the weights and optimizer buffers in the engine session. */
class Trainer {
  readonly #job: Job;
  readonly #options: TrainOptions;
  #session!: EngineSession;
  /** Computes with the average of the weights, if the optimizer keeps one. */
  #averaged: EngineSession | undefined;
  readonly #generator: Generator;
  readonly #trainLoader: Loader;
  readonly #testLoader: Loader;
  readonly #validationLoader: Loader | undefined;
  #position: Position;
  #choice: Choice | undefined;
  /** When training began, in milliseconds of this process's clock, as if it had never been interrupted. */
  readonly #start: number;
  /** Of the last step. */
  #learningRate = 0;
  #lastSave = performance.now();
  #lastYield = performance.now();

  private constructor(job: Job, options: TrainOptions) {
    const { data, batchSize, seed, balance } = job;
    this.#job = job;
    this.#options = options;
    // A new generator, because the lab sets the seed again after it has created the model.
    this.#position = structuredClone(options.from?.position) ?? firstPosition(Generator.seeded(seed));
    const generator = Generator.restored(this.#position.generator);
    this.#generator = generator;
    this.#trainLoader = new Loader(data.train, { batchSize, shuffle: true, balance, generator });
    this.#testLoader = new Loader(data.test, { batchSize, shuffle: false, generator });
    // It draws from the generator in place of the test loader, so the order of the training images is the same with and without it.
    this.#validationLoader =
      data.validation && new Loader(data.validation, { batchSize, shuffle: false, generator });
    this.#choice = options.from?.choice;
    this.#start = performance.now() - 1000 * this.#position.seconds;
  }

  static async open(job: Job, options: TrainOptions): Promise<Trainer> {
    const { network, data, engine, optimizer, batchSize, seed, initial } = job;
    requireFit(network, data.train);
    requireFit(network, data.test);
    checked(optimizer);
    requireBest(job.select, data.validation !== undefined);
    const weights = options.from?.weights ?? initial ?? initialWeights(network, Generator.seeded(seed));
    // Before the session: a state that cannot be resumed must not leave one open.
    const trainer = new Trainer(job, options);
    await engine.selfTest?.(network, optimizer, batchSize);
    trainer.#session = await engine.open(network, weights, optimizer, options.from?.optimizer);
    if (optimizer.averaging > 0) trainer.#averaged = await engine.open(network, weights, sgd(0));
    return trainer;
  }

  async run(): Promise<TrainedModel> {
    while (!this.#isDone) {
      await this.#trainEpoch();
      await this.#endEpoch();
    }
    const { network, select } = this.#job;
    const { epochs, confusion } = this.#position;
    // A checkpoint from before the best epoch was always kept has none.
    requireBest(select, this.#choice !== undefined);
    const best = select === 'best' ? this.#choice : undefined;
    const weights = best?.weights ?? (await this.#evaluatedWeights());
    const chosen = best?.epoch ?? epochs.length - 1;
    if (!this.#validationLoader)
      return { network, weights, epochs, chosen, confusion, seconds: this.#seconds };
    const test = await this.#test(weights);
    const metrics = testMetrics(test);
    this.#emit({ type: 'test', epoch: chosen, step: this.#step, seconds: this.#seconds, ...metrics });
    return {
      ...{ network, weights, chosen, confusion: test.confusion, seconds: this.#seconds },
      epochs: epochs.with(chosen, { ...epochs[chosen], ...metrics }),
    };
  }

  close(): void {
    this.#session.close();
    this.#averaged?.close();
  }

  /** Whether all epochs are trained, or too many since the best one. */
  get #isDone(): boolean {
    const { epochs, select, patience = epochs } = this.#job;
    const { epoch } = this.#position;
    if (epoch >= epochs) return true;
    return select === 'best' && this.#choice !== undefined && epoch - 1 - this.#choice.epoch >= patience;
  }

  /** Number of steps since training began. */
  get #step(): number {
    return this.#position.epoch * this.#trainLoader.length + this.#position.batch;
  }

  get #seconds(): number {
    return (performance.now() - this.#start) / 1000;
  }

  /** Runs the remaining steps of the epoch. */
  async #trainEpoch(): Promise<void> {
    const { checkpointEvery = CHECKPOINT_SECONDS } = this.#options;
    const { epoch, batch } = this.#position;
    this.#emit({ type: 'epoch-start', epoch, batch, step: this.#step });
    for (const loaded of this.#trainLoader.epoch(batch)) {
      this.#learningRate = this.#nextLearningRate();
      this.#session.step(this.#augmented(loaded), {
        learningRate: this.#learningRate,
        labelSmoothing: this.#job.labelSmoothing ?? 0,
      });
      this.#position.batch++;
      const done = this.#position.batch;
      if (done % PROGRESS_STEPS === 0 || done === this.#trainLoader.length) await this.#reportProgress();
      await this.#pause();
      if (performance.now() - this.#lastSave >= 1000 * checkpointEvery) await this.#save();
    }
  }

  #augmented(loaded: Batch): Batch {
    const { augment, batchSize, epochs } = this.#job;
    const { epoch } = this.#position;
    if (!augment) return loaded;
    // Without `source`: an engine must not take the unchanged images from the split.
    const { images, labels, targets } = loaded;
    const batch: Batch = { images, labels, ...(targets && { targets }) };
    augment(batch, { epoch, progress: epoch / epochs, first: this.#position.batch * batchSize });
    return batch;
  }

  #nextLearningRate(): number {
    const { optimizer, schedule = 'constant', epochs } = this.#job;
    return optimizer.learningRate * SCHEDULES[schedule](this.#step / (epochs * this.#trainLoader.length));
  }

  async #reportProgress(): Promise<void> {
    await this.#collectLosses();
    const { epoch, batch, recentLosses } = this.#position;
    const total = this.#job.data.train.count;
    const seen = Math.min(batch * this.#job.batchSize, total);
    const loss = recentLosses.reduce((a, b) => a + b, 0) / recentLosses.length;
    this.#emit({
      type: 'progress',
      epoch,
      batch,
      step: this.#step,
      seen,
      total,
      loss,
      learningRate: this.#learningRate,
      seconds: this.#seconds,
    });
    this.#position.recentLosses = [];
  }

  async #evaluate(loader: Loader, session = this.#averaged ?? this.#session): Promise<Evaluation> {
    const logits = async (images: Uint8Array, count: number) => {
      await this.#pause();
      return session.logits(images, count);
    };
    return evaluate(logits, loader, this.#job.network.output[0]);
  }

  /** Evaluates weights on the test images. */
  async #test(weights: Weights): Promise<Evaluation> {
    const session = await this.#job.engine.open(this.#job.network, weights, sgd(0));
    try {
      return await this.#evaluate(this.#testLoader, session);
    } finally {
      session.close();
    }
  }

  /** Returns the weights that are evaluated: their average, if the optimizer keeps one. */
  async #evaluatedWeights(): Promise<Weights> {
    const average = averageOf(this.#job.optimizer, await this.#session.optimizerState());
    return average ?? this.#session.weights();
  }

  /** Evaluates the epoch, and chooses it if it is the best. */
  async #endEpoch(): Promise<void> {
    const averaged = this.#averaged && (await this.#evaluatedWeights());
    if (averaged) await this.#averaged?.load(averaged);
    // Where epochs are compared, the test images stay out of sight: they are for the result.
    const evaluation = await this.#evaluate(this.#validationLoader ?? this.#testLoader);
    const { loss, accuracy } = evaluation;
    requireFiniteLoss(loss, this.#place, this.#validationLoader ? 'validation loss' : 'test loss');
    const { epoch, epochs, lossSum } = this.#position;
    const metrics: EpochMetrics = {
      trainLoss: lossSum / this.#trainLoader.length,
      ...(this.#validationLoader
        ? { validationLoss: loss, validationAccuracy: accuracy }
        : testMetrics(evaluation)),
    };
    const isBest =
      this.#validationLoader !== undefined &&
      (!this.#choice || isBetter(metrics, epochs[this.#choice.epoch]));
    if (isBest) this.#choice = { epoch, weights: averaged ?? (await this.#evaluatedWeights()) };
    this.#emit({ type: 'epoch-end', epoch, step: this.#step, seconds: this.#seconds, ...metrics });
    this.#position = {
      ...firstPosition(this.#generator),
      epoch: epoch + 1,
      epochs: [...epochs, metrics],
      confusion: this.#validationLoader ? [] : evaluation.confusion,
    };
    await this.#save(isBest);
  }

  /** Yields to signal handlers and timers now and then. On abort, stores a checkpoint and throws the signal's reason. */
  async #pause(): Promise<void> {
    if (performance.now() - this.#lastYield > YIELD_AFTER) {
      await setImmediate();
      this.#lastYield = performance.now();
    }
    if (!this.#options.signal?.aborted) return;
    await this.#save();
    throw this.#options.signal.reason;
  }

  /** Stores a checkpoint. `best`: the epoch that just ended is the best so far. */
  async #save(best = false): Promise<void> {
    await this.#collectLosses();
    const { checkpoint } = this.#options;
    if (!checkpoint) return;
    const state = { weights: await this.#session.weights(), optimizer: await this.#session.optimizerState() };
    requireFiniteWeights(state.weights, this.#place);
    const position = structuredClone({ ...this.#position, seconds: this.#seconds });
    await checkpoint({ ...state, position, choice: this.#choice }, { best });
    this.#lastSave = performance.now();
  }

  /** Reads the losses of the latest steps from the device. */
  async #collectLosses(): Promise<void> {
    const losses = await this.#session.losses();
    for (const [i, loss] of losses.entries()) {
      const step = this.#step - losses.length + i + 1;
      requireFiniteLoss(loss, { epoch: this.#position.epoch, step });
      this.#position.lossSum += loss;
      this.#position.recentLosses.push(loss);
    }
  }

  get #place() {
    return { epoch: this.#position.epoch, step: this.#step };
  }

  #emit(event: TrainingEvent): void {
    const { onEvent, reporter } = this.#options;
    onEvent?.(event);
    if (reporter) reportEvent(reporter, event);
  }
}
