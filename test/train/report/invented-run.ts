/** @file A run folder with untrained models and invented results. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE_PIXELS } from '#shared/input/garment/size.ts';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { DESCRIPTION } from '../../../train/dataset/fashion-mnist/description.ts';
import { LABELS } from '../../../train/dataset/fashion-mnist/labels.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { LAB_MODELS, type LabModelName, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { makeRelease } from '../../../train/release/make-release.ts';
import { writeRelease } from '../../../train/release/release.ts';
import type { Summary } from '../../../train/run/summary.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** A folder that does not exist. */
export const NOWHERE = 'no-such-folder';

const noise = Generator.seeded(7);
/** 64 images of noise, [64, 28, 28]. */
export const IMAGES = Uint8Array.from({ length: 64 * IMAGE_PIXELS }, () => noise.random() & 0xff);

/** Returns rows of 100 images: `right` are correct, and the others are predicted as the next class. */
export const confusionOf = (right: number) =>
  LABELS.map((_, i) =>
    LABELS.map((_, j) => (i === j ? right : j === (i + 1) % LABELS.length ? 100 - right : 0)),
  );

const RESULTS = {
  v0: { testAccuracy: 0.83, testLoss: 0.5, trainSeconds: 1 },
  v1: { testAccuracy: 0.84, testLoss: 0.45, trainSeconds: 2 },
  tinyvgg: { testAccuracy: 0.88, testLoss: 0.35, trainSeconds: 40 },
};

/** Returns 15 bins that are empty but for the given ones. */
const binsOf = (...filled: [bin: number, images: number, accuracy: number, confidence: number][]) =>
  Array.from({ length: 15 }, (_, i) => {
    const [, images, accuracy, confidence] = filled.find(([bin]) => bin === i) ?? [i, 0, 0, 0];
    return { images, accuracy, confidence };
  });

/** Calibration of v0 and tinyvgg; v1 is not calibrated. */
export const CALIBRATED = {
  calibration: {
    method: 'temperature',
    temperature: 1.25,
    heldOut: 640,
    ece: { before: 0.125, after: 0.025, bins: 15, images: 1000 },
  },
  reliability: {
    before: binsOf([7, 500, 0.4, 0.5], [14, 500, 0.8, 0.95]),
    after: binsOf([7, 500, 0.4, 0.425], [11, 500, 0.8, 0.775]),
  },
} as const;

/** Makes an untrained model with invented results. */
export async function makeModel(name: LabModelName) {
  const network = resolveNetwork(modelSpec(name));
  const { testAccuracy, testLoss, trainSeconds: seconds } = RESULTS[name];
  const weights = initialWeights(network, Generator.seeded(1));
  const last = { trainLoss: testLoss, testLoss, labAccuracy: 100 * testAccuracy, testAccuracy };
  const epochs = [{ ...last, testLoss: 2 * testLoss, testAccuracy: testAccuracy / 2 }, last];
  const trained = {
    network,
    weights,
    epochs,
    chosen: 1,
    confusion: confusionOf(100 * testAccuracy),
    seconds,
  };
  const training = { recipe: 'lab', seed: 42, epochs: 2, images: 6400, dataset: {}, gitCommit: null };
  const release = await makeRelease(trained, {
    engine: referenceEngine(),
    name: network.name,
    dataset: DESCRIPTION,
    training,
    calibration: undefined,
    images: IMAGES,
  });
  return { ...trained, release };
}

/** Makes a run folder with untrained weights and invented results. */
export async function makeRun(models: readonly LabModelName[] = LAB_MODELS, changes: Partial<Summary> = {}) {
  const folder = join(temporaryFolder(), 'run');
  const summary: Summary = {
    formatVersion: 1,
    recipe: 'lab',
    seed: 42,
    epochs: 2,
    batchSize: 32,
    optimizer: 'sgd',
    learningRate: 0.1,
    momentum: 0.9,
    weightDecay: 0,
    schedule: 'cosine',
    augmentation: 'photo-2',
    heldOut: 5000,
    ...{ labelSmoothing: 0, averaging: 0, select: 'last', patience: undefined, pretrained: undefined },
    device: { name: 'reference', description: 'plain loops' },
    images: { train: 6400, test: 1000 },
    data: 'Fashion-MNIST',
    classes: [...LABELS],
    dataset: { 't10k-images-idx3-ubyte.gz': 'bef4ecab320f06d8554ea6380940ec79' },
    gitCommit: 'a'.repeat(40),
    startedAt: '2025-01-31T12:34:56.789Z',
    initialization: {},
    models: {},
    ...changes,
  };
  const lines: object[] = [];
  for (const name of models) {
    const { epochs, confusion, seconds: trainSeconds, release } = await makeModel(name);
    await writeRelease(folder, release);
    const { version: sha256, bytes, parameters } = release.manifest;
    const onnx = { path: `${name}.onnx`, sha256, bytes };
    summary.models[name] = {
      ...{ parameters, epochs, confusion, trainSeconds, onnx },
      ...(name !== 'v1' && structuredClone(CALIBRATED)),
    };
    lines.push({ type: 'steps', model: `${name}-twin`, epoch: 0, step: 25, loss: 9, seconds: 1 });
    for (const [epoch, end] of epochs.entries()) {
      for (let step = 25; step <= 200; step += 25) {
        const at = 200 * epoch + step;
        lines.push({
          type: 'steps',
          model: name,
          epoch,
          step: at,
          loss: 2.3 / Math.sqrt(at / 25),
          seconds: at,
        });
      }
      lines.push({ type: 'epoch', model: name, epoch, step: 200 * (epoch + 1), ...end, seconds: 1 });
    }
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'summary.json'), JSON.stringify(summary));
  await writeFile(join(folder, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return folder;
}
