/** @file The interface of an inference engine: what the Worker and the browser need to run a model. */
import type { Manifest } from '../manifest.ts';

/** A loaded model. */
export interface Classifier {
  /**
   * Computes the logits of a batch.
   * @param images `[n, channels, height, width]`, row by row
   * @param n number of images
   * @returns `[n, classes]`, row by row
   */
  logits(images: Float32Array, n: number): Promise<Float32Array>;
}

/** The tensors of a model: the parts of its manifest that an engine needs. */
export type ModelTensors = Pick<Manifest, 'input' | 'output'>;

export interface InferenceEngine {
  /** Name in logs and metrics. */
  readonly name: string;
  /**
   * Loads an ONNX model with one input and one output.
   * @throws any error when the bytes are not a model that this engine computes
   */
  load(model: Uint8Array, tensors: ModelTensors): Promise<Classifier>;
}
