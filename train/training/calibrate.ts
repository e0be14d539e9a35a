/** @file Calibrates a trained model on images that it, or a twin in its place, was not trained on. */
import { setImmediate } from 'node:timers/promises';
import type { Calibration } from '#shared/manifest.ts';
import type { Network } from '#shared/model/spec.ts';
import { Loader } from '../dataset/loader.ts';
import { holdOut, type RunData, type Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { sgd } from '../engine/optimizer.ts';
import { Generator } from '../random.ts';
import {
  BINS,
  type Bin,
  expectedCalibrationError,
  fitTemperature,
  type Judged,
  reliability,
} from './calibration.ts';
import { evaluate } from './evaluate.ts';
import type { TrainedModel } from './trainer.ts';

/** Trains a network as the model was trained. */
export type Train = (network: Network, data: Pick<RunData, 'train' | 'test'>) => Promise<TrainedModel>;

/** Of the training images, what a twin is not trained on: little enough to be a twin, and enough to tell a temperature by. */
const TWIN_SHARE = 0.1;

export interface Calibrated {
  calibration: Calibration;
  /** On the test images: of softmax(logits), and with the temperature. */
  reliability: { before: Bin[]; after: Bin[] };
}

interface CalibrateContext {
  engine: Engine;
  /** Images that are judged at once. */
  batchSize: number;
  trainOn: Train;
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * The temperature of a model's scores, and how far these can be believed on the test images, without it and with it.
 *
 * Where no image was held out, a twin tells the temperature: the same network from the same seed, trained on nine tenths of the
 * images. The model itself is left as it is.
 */
export async function calibrate(
  trained: TrainedModel,
  data: RunData,
  context: CalibrateContext,
): Promise<Calibrated> {
  const { test } = data;
  const [judge, heldOut] =
    data.heldOut.count > 0 ? [trained, data.heldOut] : await twin(trained, data, context);
  const temperature = fitTemperature(await judgedBy(judge, heldOut, context));
  const judged = await judgedBy(trained, test, context);
  const [before, after] = [reliability(judged, 1), reliability(judged, temperature)];
  return {
    calibration: {
      method: 'temperature',
      temperature,
      heldOut: heldOut.count,
      ece: {
        before: expectedCalibrationError(before),
        after: expectedCalibrationError(after),
        bins: BINS,
        images: test.count,
      },
    },
    reliability: { before, after },
  };
}

/** The twin, and the images that it was not trained on. */
async function twin(
  { network }: TrainedModel,
  data: RunData,
  { trainOn, log }: CalibrateContext,
): Promise<[TrainedModel, Split]> {
  const { train: own, heldOut } = holdOut(data.train, Math.floor(TWIN_SHARE * data.train.count));
  const name = `${network.name}-twin`;
  const [learned, kept] = [own, heldOut].map(({ count }) => count.toLocaleString('en'));
  log(`\n${name}: trained on ${learned} images, and tested on ${kept}, to calibrate ${network.name}\n`);
  return [await trainOn({ ...network, name }, { train: own, test: heldOut }), heldOut];
}

async function judgedBy(
  { network, weights }: TrainedModel,
  split: Split,
  { engine, batchSize, signal }: CalibrateContext,
): Promise<Judged> {
  const session = await engine.open(network, weights, sgd(0));
  const loader = new Loader(split, { batchSize, shuffle: false, generator: Generator.seeded(0) });
  try {
    const { logits } = await evaluate(
      async (images, count) => {
        // Signals get their turn.
        await setImmediate();
        signal.throwIfAborted();
        return session.logits(images, count);
      },
      loader,
      network.output[0],
    );
    return { logits, labels: split.labels };
  } finally {
    session.close();
  }
}
