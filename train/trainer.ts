/** @file The training loop: epochs over a loader, an evaluation after each. Knows no engine by name. */
import { ExplainedError } from '#shared/errors.ts';
import { Loader } from './dataset/loader.ts';
import type { Dataset } from './dataset/source.ts';
import type { Engine, Sgd } from './engine/engine.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { initialWeights } from './model/initialize.ts';
import type { Network, Weights } from './model/spec.ts';
import { Generator } from './random.ts';

export interface Job {
  network: Network;
  data: Pick<Dataset, 'train' | 'test'>;
  engine: Engine;
  optimizer: Sgd;
  epochs: number;
  batchSize: number;
  seed: number;
}

export interface EpochRecord {
  trainLoss: number;
  testLoss: number;
  /** Mean of the batches' accuracies in percent. */
  labAccuracy: number;
  /** Share of right test images, 0..1. */
  testAccuracy: number;
}

export type TrainingEvent =
  | { type: 'epoch-start'; epoch: number }
  /** `seen` images of the epoch's `total` have been trained on; `loss` is the mean over the steps since the last such event. */
  | { type: 'progress'; epoch: number; batch: number; seen: number; total: number; loss: number }
  | ({ type: 'epoch-end'; epoch: number; seconds: number } & EpochRecord);

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

/**
 * Trains one network from its first weights.
 * @throws ExplainedError of kind `model` when a loss is not finite
 */
export async function train(
  job: Job,
  onEvent: (event: TrainingEvent) => void = () => {},
): Promise<TrainedModel> {
  const { network, data, engine, optimizer, batchSize, seed } = job;
  const weights = initialWeights(network, Generator.seeded(seed));
  // Seeded again, as the lab does between making a model and training it.
  const generator = Generator.seeded(seed);
  const trainLoader = new Loader(data.train, { batchSize, shuffle: true, generator });
  const testLoader = new Loader(data.test, { batchSize, shuffle: false, generator });
  const session = await engine.open(network, weights, optimizer);
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const epochs: EpochRecord[] = [];
    let last: Evaluation | undefined;
    for (let epoch = 0; epoch < job.epochs; epoch++) {
      onEvent({ type: 'epoch-start', epoch });
      const trainLoss = await trainEpoch(session, trainLoader, epoch, onEvent);
      last = await evaluate(session.logits, testLoader, network.output[0]);
      const record = {
        trainLoss,
        testLoss: last.loss,
        labAccuracy: last.labAccuracy,
        testAccuracy: last.accuracy,
      };
      epochs.push(record);
      onEvent({ type: 'epoch-end', epoch, seconds: seconds(), ...record });
    }
    return {
      network,
      weights: await session.weights(),
      epochs,
      confusion: last?.confusion ?? [],
      seconds: seconds(),
    };
  } finally {
    session.close();
  }
}

/** One pass over the training set; returns the mean of the steps' losses. */
async function trainEpoch(
  session: Awaited<ReturnType<Engine['open']>>,
  loader: Loader,
  epoch: number,
  onEvent: (event: TrainingEvent) => void,
): Promise<number> {
  let total = 0;
  let batch = 0;
  let seen = 0;
  let reported = 0;
  const drain = async () => {
    const losses = await session.losses();
    const sum = losses.reduce((a, b) => a + b, 0);
    if (!Number.isFinite(sum)) {
      throw new ExplainedError({
        kind: 'model',
        what: `training diverged in epoch ${epoch}, before batch ${batch}`,
        expected: 'a finite loss',
        got: `${losses.find((loss) => !Number.isFinite(loss))}`,
        next: 'Use a smaller learning rate.',
      });
    }
    total += sum;
    onEvent({
      type: 'progress',
      epoch,
      batch,
      seen,
      total: loader.split.count,
      loss: sum / (batch - reported),
    });
    reported = batch;
  };
  for (const examples of loader.epoch()) {
    session.step(examples);
    batch++;
    seen += examples.labels.length;
    if (batch % PROGRESS_STEPS === 0) await drain();
  }
  if (batch > reported) await drain();
  return total / loader.length;
}
