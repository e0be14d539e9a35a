/** @file The inference engine on this project's WebAssembly kernels, for workerd and browsers. */
import { prepareInference } from '../kernels/inference.ts';
import { decodeModel } from '../onnx/model.ts';
import { networkOf } from '../onnx/network.ts';
import { unsupported } from '../onnx/unsupported.ts';
import type { InferenceEngine } from './engine.ts';

/**
 * Creates an engine that computes graphs of the layer vocabulary (shared/onnx/network.ts). It rejects other graphs and names the
 * unsupported operator.
 * @param kernels compiled shared/kernels/build/inference.wasm
 */
export const simdEngine = (kernels: WebAssembly.Module): InferenceEngine => ({
  name: 'simd',

  async load(file, { engine }) {
    if (engine) throw unsupported('the model', 'a manifest without an engine', engine);
    const { network, weights } = networkOf(decodeModel(await file.read()));
    const { infer, bytes } = prepareInference(kernels, network, weights);
    return { bytes, logits: async (images, n) => infer(images, n) };
  },
});
