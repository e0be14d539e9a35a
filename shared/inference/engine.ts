/** @file The interface of an inference engine: what the Worker and the browser need to run a model. */

/** A loaded model. */
export interface Classifier {
  /**
   * Computes the logits of a batch.
   * @param images `[n, 1, 28, 28]`, row by row, pixels in 0..1
   * @param n number of images
   * @returns `[n, classes]`, row by row
   */
  logits(images: Float32Array, n: number): Promise<Float32Array>;
}

export interface InferenceEngine {
  /** Name in logs and metrics. */
  readonly name: string;
  /**
   * Loads an ONNX model with input `image` and output `logits`.
   * @throws any error when the bytes are not a model that this engine computes
   */
  load(model: Uint8Array): Promise<Classifier>;
}
