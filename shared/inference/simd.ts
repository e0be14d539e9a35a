/** @file The inference engine on this project's WebAssembly kernels, for workerd and browsers. */
import { prepareInference } from '../kernels/inference.ts';
import { multiplyAddsOf } from '../model/spec.ts';
import { decodeModel } from '../onnx/model.ts';
import { networkOf } from '../onnx/network.ts';
import { unsupported } from '../onnx/unsupported.ts';
import type { InferenceEngine } from './engine.ts';
import { ModelRefusal } from './model.ts';

/** Most multiply-adds for one image: 0.4 seconds on one core of a slow server. Any other engine takes longer. */
const MOST_MULTIPLY_ADDS = 2e9;

/** Multiply-adds that one core of a slow server computes in a millisecond. The kernels compute 15 to 58 million on a fast one. */
const MULTIPLY_ADDS_PER_MS = 5e6;

/**
 * Creates an engine that computes graphs of the layer vocabulary (shared/onnx/network.ts). It rejects other graphs and names the
 * unsupported operator.
 * @param kernels compiled shared/kernels/build/inference.wasm
 */
export const simdEngine = (kernels: WebAssembly.Module): InferenceEngine => ({
  name: 'simd',

  async load(file, { name, version, engine }, memory) {
    if (engine) throw unsupported('the model', 'a manifest without an engine', engine);
    const { network, weights } = networkOf(decodeModel(await file.read()));
    const work = multiplyAddsOf(network);
    if (work > MOST_MULTIPLY_ADDS) {
      throw new ModelRefusal('fit', {
        what: `cannot serve ${name} ${version}`,
        expected: `at most ${MOST_MULTIPLY_ADDS} multiply-adds for an image`,
        got: `${work}`,
        next: 'Push a smaller model.',
      });
    }
    const { infer, bytes } = prepareInference(kernels, network, weights, memory);
    return {
      bytes,
      milliseconds: work / MULTIPLY_ADDS_PER_MS,
      logits: async (images, n) => infer(images, n),
    };
  },
});
