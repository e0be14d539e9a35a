/** @file Runs an ONNX file in onnxruntime-web, which checks and evaluates what the trainer exports. */
import * as ort from 'onnxruntime-web/wasm';
import { ExplainedError } from '#shared/errors.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { sizeOf } from '#shared/model/spec.ts';
import type { Predict } from '../training/evaluate.ts';

/**
 * Loads a model.
 * @param adviceFor returns what the reader can do about an error of onnxruntime
 * @throws ExplainedError of kind `model` when onnxruntime cannot load it
 */
export async function openSession(
  model: Uint8Array,
  adviceFor: (message: string) => string,
): Promise<ort.InferenceSession> {
  ort.env.wasm.numThreads = 1;
  return ort.InferenceSession.create(model, { logSeverityLevel: 4 }).catch((cause: Error) => {
    const what = 'onnxruntime cannot load the model';
    const { message: got } = cause;
    throw new ExplainedError({ kind: 'model', what, got, next: adviceFor(got), cause });
  });
}

/**
 * Loads a model, and returns a function that computes its logits. The model has input `image` [batch, channels, height, width] and output `logits`.
 * @throws ExplainedError of kind `model` when onnxruntime cannot load it
 */
export async function onnxPredictor(model: Uint8Array): Promise<Predict> {
  const session = await openSession(model, () => 'Use an .onnx file that this program exported.');
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
