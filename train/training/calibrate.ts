/** @file Calibrates a trained model: fits a temperature, and measures the calibration error on the test images. */
import type { Calibration } from '#shared/manifest.ts';
import type { Network } from '#shared/model/spec.ts';
import { holdOut, type RunData, type Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { count } from '../format.ts';
import type { LabelledLogits } from './evaluate.ts';
import type { TrainedModel } from './job.ts';
import { computeLogits } from './logits.ts';
import { BINS, type Bin, expectedCalibrationError, reliability } from './reliability.ts';
import { fitTemperature } from './temperature.ts';

/** Images to train and test on. Epochs are compared on those that are held out. */
export type TrainingData = Pick<RunData, 'train' | 'test'> & Partial<Pick<RunData, 'heldOut'>>;

/** Trains a network with the same settings as the model to calibrate. */
export type Train = (network: Network, data: TrainingData) => Promise<TrainedModel>;

/** Share of the training images that the twin is not trained on: small, so that it resembles the model, but enough to fit a temperature. */
const TWIN_SHARE = 0.1;

export interface Calibrated {
  calibration: Calibration;
  /** Reliability diagrams on the test images: of softmax(logits), and of softmax(logits / temperature). */
  reliability: { before: Bin[]; after: Bin[] };
}

interface CalibrateContext {
  engine: Engine;
  /** Images per batch of the evaluation. */
  batchSize: number;
  trainOn: Train;
  signal: AbortSignal;
  log: (line: string) => void;
}

/**
 * Fits a temperature on the held-out images, and measures the calibration error on the test images without and with it.
 *
 * Where no images are held out, the temperature is fitted on a twin: the same network from the same seed, trained on nine tenths of the
 * images. The model itself does not change.
 */
export async function calibrate(
  trained: TrainedModel,
  data: RunData,
  context: CalibrateContext,
): Promise<Calibrated> {
  const { test } = data;
  const [fitted, heldOut] =
    data.heldOut.count > 0 ? [trained, data.heldOut] : await trainTwin(trained, data, context);
  const temperature = fitTemperature(await labelledLogits(fitted, heldOut, context));
  const logits = await labelledLogits(trained, test, context);
  const [before, after] = [reliability(logits, 1), reliability(logits, temperature)];
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

/** Returns the twin, and the images that it was not trained on. */
async function trainTwin(
  { network }: TrainedModel,
  data: RunData,
  { trainOn, log }: CalibrateContext,
): Promise<[TrainedModel, Split]> {
  const { train, heldOut } = holdOut(data.train, Math.floor(TWIN_SHARE * data.train.count));
  const name = `${network.name}-twin`;
  log(
    `\n${name}: trained on ${count(train.count)} images, and tested on ${count(heldOut.count)}, to calibrate ${network.name}\n`,
  );
  return [await trainOn({ ...network, name }, { train, test: heldOut }), heldOut];
}

const labelledLogits = async (
  model: TrainedModel,
  split: Split,
  context: CalibrateContext,
): Promise<LabelledLogits> => ({ logits: await computeLogits(model, split, context), labels: split.labels });
