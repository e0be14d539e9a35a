/** @file Evaluates a model on images with labels, and predicts the labels of others. */
import { ExplainedError } from '#shared/errors.ts';
import type { Manifest } from '#shared/manifest.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { type Prediction, rankLabels } from '#shared/predictions.ts';
import { Loader } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import type { Engine } from '../engine/engine.ts';
import { sgd } from '../engine/optimizer.ts';
import { Generator } from '../random.ts';
import { type Evaluation, evaluate as evaluateWith, type Predict } from '../training/evaluate.ts';

/** Images of one call of the engine. */
const BATCH = 250;

/** A network with its weights, such as the result of `train`. */
export interface Model {
  network: Network;
  weights: Weights;
}

/**
 * Evaluates a model on images that it was not trained on.
 * @param options.batchSize images of a batch, over which the loss and the lab's accuracy are averaged
 * @returns loss, accuracy 0..1, confusion[label][prediction], and the logits
 * @throws ExplainedError of kind `model` when the network does not fit the images
 */
export async function evaluate(
  model: Model,
  split: Split,
  { engine, batchSize = 32 }: { engine: Engine; batchSize?: number },
): Promise<Evaluation> {
  const { network } = model;
  requirePixels(network, split.images, split.count);
  const loader = new Loader(split, { batchSize, shuffle: false, generator: Generator.seeded(0) });
  return withLogits(engine, model, (logits) => evaluateWith(logits, loader, network.output[0]));
}

/**
 * Predicts the labels of images.
 * @param images pixels, [count, channels, height, width]
 * @param options.labels names of the classes, by index
 * @returns for each image its labels with their scores, most likely first
 * @throws ExplainedError of kind `model` when the network does not fit the images or the labels
 */
export async function predict(
  model: Model,
  images: Uint8Array,
  { engine, labels }: { engine: Engine; labels: readonly string[] },
): Promise<Prediction[][]> {
  const { network } = model;
  const [pixels, classes] = [sizeOf(network.input), network.output[0]];
  const count = Math.floor(images.length / pixels);
  requirePixels(network, images, count);
  requireLabels(network, labels);
  return withLogits(engine, model, async (logits) => {
    const predictions: Prediction[][] = [];
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first);
      const batch = await logits(images.subarray(first * pixels, (first + size) * pixels), size);
      for (let n = 0; n < size; n++)
        predictions.push(ranked(batch.subarray(n * classes, (n + 1) * classes), labels));
    }
    return predictions;
  });
}

const ranked = (logits: Float32Array, labels: readonly string[]): Prediction[] =>
  rankLabels(logits, { labels: [...labels], calibration: undefined, output: OUTPUT });

const OUTPUT: Manifest['output'] = { name: 'logits', dtype: 'float32', shape: [] };

/** @throws ExplainedError of kind `model` when a network has another number of outputs than labels */
export function requireLabels({ name, output }: Network, { length }: readonly string[]): void {
  if (output.length === 1 && output[0] === length) return;
  throw new ExplainedError({
    kind: 'model',
    what: `${name} does not fit the labels`,
    expected: `${length} outputs, one for each label`,
    got: `[${output.join(', ')}]`,
  });
}

function requirePixels({ name, input }: Network, { length }: Uint8Array, count: number): void {
  if (count > 0 && length === count * sizeOf(input)) return;
  throw new ExplainedError({
    kind: 'model',
    what: `${name} does not fit the images`,
    expected: `images of [${input.join(', ')}], which have ${sizeOf(input)} bytes each`,
    got: `${length} bytes for ${count} images`,
  });
}

async function withLogits<T>(
  engine: Engine,
  { network, weights }: Model,
  use: (logits: Predict) => Promise<T>,
): Promise<T> {
  const session = await engine.open(network, weights, sgd(0));
  try {
    return await use((images, count) => session.logits(images, count));
  } finally {
    session.close();
  }
}
