/** @file Predictions for each image by a model that was not trained on it: the images are divided into folds, and each fold is predicted by a model of the others. */
import { type Network, resolveNetwork, type Shape } from '#shared/model/spec.ts';
import { softmax } from '#shared/predictions.ts';
import { hashToShare } from '../dataset/folder/assign.ts';
import type { FolderImage } from '../dataset/folder/contents.ts';
import { gather } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { adam, sgd } from '../engine/optimizer.ts';
import { modelSpec } from '../model/zoo.ts';
import { train } from '../training/trainer.ts';

const FOLDS = 4;

/**
 * A network with one hidden layer. On small images it finds wrong labels as well as TinyVGG, and trains in a fraction of the time.
 */
const MODEL = 'v1';
const HIDDEN_UNITS = 64;
const BATCH_SIZE = 32;
const LEARNING_RATE = 0.001;

/** Images that the models see in all, and bounds of the passes over the data set. */
const BUDGET = 150_000;
const EPOCHS = { least: 2, most: 15 };

/** Longest edge of the images that the models see. */
const MOST_PIXELS = 32;

export interface OutOfFold {
  /** Scores of the classes, [images, classes]. */
  scores: Float64Array;
  /** Share of the images whose highest score is that of their label. */
  accuracy: number;
}

export interface Labelled {
  images: readonly FolderImage[];
  /** [images, channels, height, width] */
  pixels: Uint8Array;
  shape: Shape;
  /** Class indices, [images]. */
  labels: Uint16Array;
  classes: number;
}

/** @param onFold called before each fold */
export async function predictOutOfFold(
  data: Labelled,
  engine: Engine,
  signal: AbortSignal,
  onFold: (fold: number, folds: number) => void,
): Promise<OutOfFold> {
  const { images, classes, labels } = data;
  const { pixels, shape } = reduced(data.pixels, data.shape);
  const all: Split = { count: images.length, images: pixels, labels };
  const network = resolveNetwork(modelSpec(MODEL, { input: shape, classes, hiddenUnits: HIDDEN_UNITS }));
  const scores = new Float64Array(images.length * classes);
  // Copies of a file, and the images of a group, are in one fold.
  const folds = images.map(({ digest, group }) =>
    Math.floor(FOLDS * hashToShare(`fold\0${group ?? digest}`)),
  );
  for (let fold = 0; fold < FOLDS; fold++) {
    onFold(fold, FOLDS);
    const indices = [...images.keys()];
    const own = indices.filter((i) => folds[i] === fold);
    const others = indices.filter((i) => folds[i] !== fold);
    if (own.length === 0 || others.length === 0) continue;
    const split = (chosen: readonly number[]): Split => {
      const { images, labels } = gather(all, Uint32Array.from(chosen));
      return { count: chosen.length, images, labels };
    };
    const logits = await predict(network, { train: split(others), test: split(own) }, engine, signal);
    for (const [n, i] of own.entries()) {
      scores.set(softmax(logits.subarray(n * classes, (n + 1) * classes), 1), i * classes);
    }
  }
  const hits = images.filter((_, i) => {
    const row = scores.subarray(i * classes, (i + 1) * classes);
    return row[labels[i]] === Math.max(...row);
  });
  return { scores, accuracy: hits.length / images.length };
}

/** Trains the network and returns the logits of the test images. */
async function predict(
  network: Network,
  data: { train: Split; test: Split },
  engine: Engine,
  signal: AbortSignal,
): Promise<Float32Array> {
  const passes = Math.round(BUDGET / FOLDS / data.train.count);
  const { weights } = await train(
    {
      ...{
        network,
        engine,
        data: { train: data.train, test: first(data.test) },
        batchSize: BATCH_SIZE,
        seed: 0,
      },
      optimizer: adam(LEARNING_RATE),
      schedule: 'cosine',
      epochs: Math.max(EPOCHS.least, Math.min(EPOCHS.most, passes)),
    },
    { signal },
  );
  const session = await engine.open(network, weights, sgd(0));
  try {
    return await session.logits(data.test.images, data.test.count);
  } finally {
    session.close();
  }
}

/** Returns the first image of a split: the trainer tests after each epoch, and nobody reads these results. */
const first = ({ images, labels, count }: Split): Split => ({
  count: 1,
  images: images.subarray(0, images.length / count),
  labels: labels.subarray(0, 1),
});

/** Halves the edges of the images by means of 2 × 2 pixels until they are short enough. */
function reduced(pixels: Uint8Array, shape: Shape): { pixels: Uint8Array; shape: Shape } {
  const [channels, height, width] = shape;
  if (Math.max(height, width) < 2 * MOST_PIXELS) return { pixels, shape };
  const half = [channels, height >> 1, width >> 1];
  const [rows, columns] = half.slice(1);
  const to = new Uint8Array((pixels.length / (height * width)) * rows * columns);
  for (let i = 0; i < to.length; i++) {
    const [x, y] = [i % columns, Math.floor(i / columns) % rows];
    const at = Math.floor(i / (rows * columns)) * height * width + 2 * y * width + 2 * x;
    to[i] = (pixels[at] + pixels[at + 1] + pixels[at + width] + pixels[at + width + 1] + 2) >> 2;
  }
  return reduced(to, half);
}
