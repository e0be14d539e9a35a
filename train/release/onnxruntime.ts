/** @file Runs an ONNX file in onnxruntime-web, which checks and evaluates what the trainer exports. */
import * as ort from 'onnxruntime-web/wasm';
import { ExplainedError } from '#shared/errors.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { sizeOf } from '#shared/model/spec.ts';
import type { Predict } from '../training/evaluate.ts';

/**
 * Loads a model, and returns a function that computes its logits. The model has input `image` [batch, channels, height, width] and output `logits`.
 * @throws ExplainedError of kind `model` when onnxruntime cannot load it
 */
export async function onnxPredictor(model: Uint8Array): Promise<Predict> {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model).catch((cause: Error) => {
    throw new ExplainedError({
      kind: 'model',
      what: 'onnxruntime cannot load the model',
      got: cause.message,
      next: 'Use an .onnx file that this program exported.',
      cause,
    });
  });
  const shape = inputShape(session);
  return async (images, count) => {
    const pixels = Float32Array.from(
      images.subarray(0, count * sizeOf(shape)),
      (pixel) => pixel / PIXEL_SCALE,
    );
    const image = new ort.Tensor('float32', pixels, [count, ...shape]);
    const { logits } = await session.run({ image });
    return logits.data as Float32Array;
  };
}

/** Returns the shape of one image: the input's without the batch. */
function inputShape({ inputMetadata: [input] }: ort.InferenceSession): number[] {
  return input.isTensor ? input.shape.slice(1).map(Number) : [];
}
