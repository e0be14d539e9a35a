/** @file Batches as tensors: uploaded pixel by pixel, or gathered on the device from a copy of their split. */
import * as tf from '@tensorflow/tfjs';
import { PIXEL_SCALE } from '#shared/labels.ts';
import { type Network, sizeOf } from '#shared/model/spec.ts';
import type { Batch } from '../../dataset/batch.ts';
import type { Split } from '../../dataset/split.ts';

type Examples = {
  /** NHWC, 0..1 */
  images: tf.Tensor;
  /** One-hot, [batch, classes] */
  labels: tf.Tensor;
};

/** The splits that batches came from, on the device. */
export class ResidentSplits {
  readonly #network: Network;
  readonly #mostBytes: number;
  readonly #splits = new Map<Split, Examples>();

  /** @param mostBytes of a split's pixels in float32; a larger split stays where it is, and its batches are uploaded */
  constructor(network: Network, mostBytes: number) {
    this.#network = network;
    this.#mostBytes = mostBytes;
  }

  /** A batch's examples, for the tidy that this is called in. */
  examples(batch: Batch): Examples {
    const network = this.#network;
    const { source } = batch;
    if (!source || 4 * source.split.count * sizeOf(network.input) > this.#mostBytes) {
      return examplesOf(network, batch.images, batch.labels);
    }
    const { images, labels } = this.#resident(source.split);
    const indices = tf.tensor1d(Int32Array.from(source.indices), 'int32');
    return { images: tf.gather(images, indices), labels: tf.gather(labels, indices) };
  }

  #resident(split: Split): Examples {
    const there = this.#splits.get(split);
    if (there) return there;
    const { images, labels } = tf.tidy(() => examplesOf(this.#network, split.images, split.labels));
    const resident = { images: tf.keep(images), labels: tf.keep(labels) };
    this.#splits.set(split, resident);
    return resident;
  }

  dispose(): void {
    for (const { images, labels } of this.#splits.values()) tf.dispose([images, labels]);
    this.#splits.clear();
  }
}

const examplesOf = (network: Network, images: Uint8Array, labels: Uint8Array): Examples => ({
  images: imagesTensor(network, images, labels.length),
  // Asked for float32, the wasm backend writes integers under that name.
  labels: tf.oneHot(tf.tensor1d(labels, 'int32'), network.output[0]).toFloat(),
});

/** Pixels as NHWC float32 in 0..1. */
export function imagesTensor({ input }: Network, images: Uint8Array, count: number): tf.Tensor4D {
  const [channels, height, width] = input;
  const plane = height * width;
  const values = new Float32Array(images.length);
  for (let to = 0; to < values.length; to++) {
    const [pixel, channel] = [Math.floor(to / channels), to % channels];
    const image = Math.floor(pixel / plane);
    values[to] = images[(image * channels + channel) * plane + (pixel - image * plane)] / PIXEL_SCALE;
  }
  return tf.tensor4d(values, [count, height, width, channels]);
}
