/** @file The images and labels of a batch as tensors of TensorFlow.js. */
import * as tf from '@tensorflow/tfjs';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { Network } from '#shared/model/spec.ts';

/** Converts pixels, [count, channels, height, width], to float32 in 0..1, [count, height, width, channels]. */
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

/** Converts class indices to one-hot vectors, [batch, classes]. */
export function labelsTensor({ output }: Network, labels: Uint16Array): tf.Tensor {
  // With dtype 'float32' the oneHot kernel of the wasm backend still writes int32 values, hence toFloat.
  return tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), output[0]).toFloat();
}
