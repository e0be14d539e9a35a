/** @file The images and targets of a batch as tensors of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { Network } from '#shared/model/spec.ts';
import { type Batch, targetsOf } from '../../dataset/batch.ts';

/** Converts pixels, [count, channels, height, width], to float32 in 0..1, [count, height, width, channels]. */
export function imagesTensor({ input }: Network, images: Uint8Array, count: number): tf.Tensor4D {
  const [channels, height, width] = input;
  const plane = height * width;
  const values = new Float32Array(images.length);
  for (let image = 0; image < count; image++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (image * channels + channel) * plane;
      const to = image * plane * channels + channel;
      for (let i = 0; i < plane; i++) values[to + i * channels] = images[from + i] / PIXEL_SCALE;
    }
  }
  return tf.tensor4d(values, [count, height, width, channels]);
}

/** Returns the probabilities that a step learns, [batch, classes]. */
export const targetsTensor = ({ output: [classes] }: Network, batch: Batch): tf.Tensor =>
  tf.tensor2d(targetsOf(batch, classes), [batch.labels.length, classes]);
