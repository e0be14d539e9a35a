/** @file The training loop: epochs over a loader, an evaluation after each; it can stop after any step and go on there. Knows no engine by name. */
import { setImmediate } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Augment, Batch } from '../dataset/batch.ts';
import { Loader } from '../dataset/loader.ts';
import type { Dataset, Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import type { Optimizer, OptimizerState } from '../engine/optimizer.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator, type GeneratorState } from '../random.ts';
import type { EpochRecord } from '../run/epoch-record.ts';
import { evaluate, type Predict } from './evaluate.ts';
import { SCHEDULES, type ScheduleName } from './schedule.ts';

export interface Job {
  network: Network;
  data: Pick<Dataset, 'train' | 'test'>;
  engine: Engine;
  optimizer: Optimizer;
  epochs: number;
  batchSize: number;
  seed: number;
  /** `constant` unless given. */
  schedule?: ScheduleName | undefined;
  /** Changes the images of each batch before they are trained on; they stay as they are unless given. */
  augment?: Augment | undefined;
}

export interface TrainOptions {
  onEvent?: (event: TrainingEvent) => void;
  /** Where an earlier training of the same job stood: this one goes on there, to the same bits. */
  from?: TrainingState | undefined;
  /** Keeps where training stands: after each epoch, every so often within it, and when it is told to stop. */
  checkpoint?: (state: TrainingState, kind: { best: boolean }) => Promise<void>;
  /** Seconds between two checkpoints within an epoch; 0 for one after each step. */
  checkpointEvery?: number;
  /** Aborted, it ends training after the present step with a checkpoint, and `train` throws the signal's reason. */
  signal?: AbortSignal;
}

/** `step` counts the steps since training began, `seconds` its wall-clock time with evaluation. */
export type TrainingEvent =
  /** Training begins, or goes on, before `batch` of the epoch. */
  | { type: 'epoch-start'; epoch: number; batch: number; step: number }
  /** `seen` images of the epoch's `total` have been trained on; `loss` is the mean over the steps since the last such event. */
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
  | ({ type: 'epoch-end'; epoch: number; step: number; seconds: number } & EpochRecord);

/** All that training is between two steps. */
export interface TrainingState {
  weights: Weights;
  optimizer: OptimizerState;
  position: Position;
}

interface Position {
  /** As it was when the epoch began: its order is drawn again from there. */
  generator: GeneratorState;
  /** The epoch at hand, and the first of its batches that is not trained on yet. */
  epoch: number;
  batch: number;
  /** Of the epoch's steps so far. */
  lossSum: number;
  /** Losses since the last `progress` event. */
  recentLosses: number[];
  epochs: EpochRecord[];
  /** confusion[label][prediction] = test images after the last whole epoch. */
  confusion: number[][];
  seconds: number;
}

export interface TrainedModel {
  network: Network;
  weights: Weights;
  epochs: EpochRecord[];
  confusion: number[][];
  /** Wall-clock time of training with evaluation. */
  seconds: number;
}

/** Steps between two `progress` events. */
const PROGRESS_STEPS = 25;
const CHECKPOINT_SECONDS = 30;
/** Milliseconds of work after which signals and timers get their turn. */
const TURN = 50;

/**
 * Trains one network from its first weights, or from where it stood.
 * @throws ExplainedError of kind `model` when the network does not fit the data
 * @throws ExplainedError of kind `device` when the engine fails, or computes otherwise than the reference engine
 * @throws ExplainedError of kind `divergence` when a loss or a weight is not finite
 */
export async function train(job: Job, options: TrainOptions = {}): Promise<TrainedModel> {
  const { network, data, engine, optimizer, batchSize, seed, schedule = 'constant', augment } = job;
  const { onEvent = () => {}, from, checkpoint, checkpointEvery = CHECKPOINT_SECONDS, signal } = options;
  for (const split of [data.train, data.test]) requireFit(network, split);
  const weights = from?.weights ?? initialWeights(network, Generator.seeded(seed));
  // Seeded again, as the lab does between making a model and training it.
  let position = structuredClone(from?.position) ?? beginning(Generator.seeded(seed));
  const generator = Generator.restored(position.generator);
  const trainLoader = new Loader(data.train, { batchSize, shuffle: true, generator });
  const testLoader = new Loader(data.test, { batchSize, shuffle: false, generator });
  await engine.prove?.(network, optimizer, batchSize);
  const session = await engine.open(network, weights, optimizer, from?.optimizer);

  const start = performance.now() - 1000 * position.seconds;
  const seconds = () => (performance.now() - start) / 1000;
  const steps = job.epochs * trainLoader.length;
  const step = () => position.epoch * trainLoader.length + position.batch;
  let [lastSave, lastTurn] = [performance.now(), performance.now()];

  async function collectLosses(): Promise<void> {
    for (const loss of await session.losses()) {
      if (!Number.isFinite(loss)) throw divergence(`epoch ${position.epoch}`, 'loss', loss);
      position.lossSum += loss;
      position.recentLosses.push(loss);
    }
  }

  async function save(best = false): Promise<void> {
    await collectLosses();
    if (!checkpoint) return;
    const state = { weights: await session.weights(), optimizer: await session.optimizerState() };
    requireFinite(state.weights);
    await checkpoint({ ...state, position: structuredClone({ ...position, seconds: seconds() }) }, { best });
    lastSave = performance.now();
  }

  /** Between two steps: lets others have their turn, and stops when one of them says so. */
  async function pause(): Promise<void> {
    if (performance.now() - lastTurn > TURN) {
      await setImmediate();
      lastTurn = performance.now();
    }
    if (!signal?.aborted) return;
    await save();
    throw signal.reason;
  }

  async function trainEpoch(): Promise<void> {
    const { epoch } = position;
    const total = data.train.count;
    onEvent({ type: 'epoch-start', epoch, batch: position.batch, step: step() });
    for (const loaded of trainLoader.epoch(position.batch)) {
      const examples = augment ? changed(loaded, augment, epoch) : loaded;
      session.step(examples, optimizer.learningRate * SCHEDULES[schedule](step() / steps));
      position.batch++;
      if (position.batch % PROGRESS_STEPS === 0 || position.batch === trainLoader.length) {
        await collectLosses();
        const seen = Math.min(position.batch * batchSize, total);
        const loss = mean(position.recentLosses);
        const { batch } = position;
        onEvent({ type: 'progress', epoch, batch, step: step(), seen, total, loss, seconds: seconds() });
        position.recentLosses = [];
      }
      await pause();
      if (performance.now() - lastSave >= 1000 * checkpointEvery) await save();
    }
  }

  /** The batch with other images than its source has. */
  function changed({ images, labels }: Batch, change: Augment, epoch: number): Batch {
    const batch = { images, labels };
    change(batch, { epoch, first: position.batch * batchSize });
    return batch;
  }

  async function endEpoch(): Promise<void> {
    const { epoch, epochs, lossSum } = position;
    const logits: Predict = async (images, count) => {
      await pause();
      return session.logits(images, count);
    };
    const test = await evaluate(logits, testLoader, network.output[0]);
    const record = {
      trainLoss: lossSum / trainLoader.length,
      testLoss: test.loss,
      labAccuracy: test.labAccuracy,
      testAccuracy: test.accuracy,
    };
    onEvent({ type: 'epoch-end', epoch, step: step(), seconds: seconds(), ...record });
    position = {
      ...beginning(generator),
      epoch: epoch + 1,
      epochs: [...epochs, record],
      confusion: test.confusion,
    };
    await save(epochs.every((earlier) => earlier.testAccuracy < record.testAccuracy));
  }

  try {
    while (position.epoch < job.epochs) {
      await trainEpoch();
      await endEpoch();
    }
    const { epochs, confusion } = position;
    return { network, weights: await session.weights(), epochs, confusion, seconds: seconds() };
  } finally {
    session.close();
  }
}

/** Before the first step. */
const beginning = (generator: Generator): Position => ({
  generator: generator.state(),
  epoch: 0,
  batch: 0,
  lossSum: 0,
  recentLosses: [],
  epochs: [],
  confusion: [],
  seconds: 0,
});

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function requireFit({ name, input, output }: Network, { images, labels, count }: Split): void {
  const [pixels, classes] = [images.length / count, labels.reduce((a, b) => Math.max(a, b), 0) + 1];
  if (pixels === sizeOf(input) && output.length === 1 && output[0] >= classes) return;
  throw new ExplainedError({
    kind: 'model',
    what: `${name} does not fit the data`,
    expected: `an input of ${pixels} pixels and an output of ${classes} classes or more`,
    got: `input [${input.join(', ')}], output [${output.join(', ')}]`,
  });
}

function requireFinite(weights: Weights): void {
  for (const [name, values] of weights) {
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw divergence(name, 'weight', bad);
  }
}

function divergence(where: string, what: string, got: number): ExplainedError {
  return new ExplainedError({
    kind: 'divergence',
    what: `training diverged: ${where}`,
    expected: `a finite ${what}`,
    got: `${got}`,
    next: 'Use a smaller learning rate. Checkpoints from before are kept.',
  });
}
