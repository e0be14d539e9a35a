/** @file Runs an ONNX file of another program in onnxruntime, as the Worker does. */
import * as ort from 'onnxruntime-web/wasm';
import { channelsLast } from '#shared/input/layout.ts';
import { type ImageShape, networkInput } from '#shared/input/preprocessing.ts';
import type { Fit, Manifest } from '#shared/manifest.ts';
import { unfit } from './foreign-tensors.ts';
import { openSession } from './onnxruntime.ts';

/** Largest difference between a picture alone and in a batch, relative to the largest value. */
const BATCH_TOLERANCE = 1e-4;

/** How pictures enter a model, and where its output is. */
export interface ForeignTensors {
  input: Manifest['input'];
  outputName: string;
  shape: ImageShape;
  fit: Fit;
}

/**
 * Computes the output for each image, alone and in a batch if the model takes batches.
 * @throws ExplainedError of kind `model` when onnxruntime cannot run the model, or a batch changes the result
 */
export async function runImages(
  onnx: Uint8Array,
  { input, outputName, shape, fit }: ForeignTensors,
  images: readonly Uint8Array[],
): Promise<Float32Array[]> {
  const session = await openSession(onnx, adviceFor);
  const run = async (some: readonly Uint8Array[]) => {
    const pixels = Uint8Array.from(Buffer.concat(some));
    const planes = networkInput(pixels, { preprocessing: { kind: 'fit', ...fit }, shape });
    const values = input.layout === 'NHWC' ? channelsLast(planes, shape) : planes;
    const tensor = new ort.Tensor('float32', values, [some.length, ...input.shape.slice(1).map(Number)]);
    const { [outputName]: result } = await session.run({ [input.name]: tensor }).catch((cause: Error) => {
      throw unfit(`a model that onnxruntime runs with ${some.length} pictures`, cause.message, { cause });
    });
    return rowsOf(result, some.length);
  };
  try {
    const alone: Float32Array[] = [];
    for (const image of images) alone.push(...(await run([image])));
    if (input.shape[0] !== 1) requireSame(alone.slice(0, 2), await run(images.slice(0, 2)));
    return alone;
  } finally {
    await session.release();
  }
}

/** Splits an output [n, classes]. */
function rowsOf({ data, dims }: ort.Tensor, n: number): Float32Array[] {
  if (!(data instanceof Float32Array) || dims.length !== 2 || dims[0] !== n) {
    throw unfit(`an output [${n}, classes]`, `[${dims.join(', ')}]`);
  }
  if (!data.every(Number.isFinite)) throw unfit('an output of numbers', 'NaN or infinity');
  return Array.from({ length: n }, (_, i) => data.slice((i * data.length) / n, ((i + 1) * data.length) / n));
}

function requireSame(alone: readonly Float32Array[], together: readonly Float32Array[]): void {
  const tolerance = BATCH_TOLERANCE * largestOf(alone);
  const isSame = alone.every((row, i) => row.every((x, k) => Math.abs(x - together[i][k]) <= tolerance));
  if (!isSame) throw unfit('the same output for a picture alone and in a batch', 'another one');
}

/** Returns the largest absolute value. */
export const largestOf = (outputs: readonly Float32Array[]): number =>
  outputs.reduce((most, row) => row.reduce((a, b) => Math.max(a, Math.abs(b)), most), 0);

/** Returns what to do about a file that onnxruntime cannot load. @param message of onnxruntime */
function adviceFor(message: string): string {
  if (/external data/i.test(message)) {
    return 'Save the weights inside the file, in Python: onnx.save_model(onnx.load("x.onnx"), "whole.onnx"). Nothing was uploaded.';
  }
  return 'Export the model with standard operators and opset 17, and check it with onnx.checker. Nothing was uploaded.';
}
