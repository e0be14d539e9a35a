/** @file What the Worker needs of an inference engine. */

/** A loaded model. */
export interface Classifier {
  /**
   * @param images `[n, 1, 28, 28]` row by row, pixels in 0..1
   * @param n number of images
   * @returns `[n, classes]` row by row
   */
  logits(images: Float32Array, n: number): Promise<Float32Array>;
}

export interface Engine {
  readonly name: string;
  /**
   * Loads an ONNX model with input `image` and output `logits`.
   * @throws anything, when the bytes are no such model
   */
  load(model: Uint8Array): Promise<Classifier>;
}
