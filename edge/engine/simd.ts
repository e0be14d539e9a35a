/** @file The kernels of this project, in workerd and in browsers: what the trainer computes with, without its gradients. */
import { prepareInference } from '#shared/kernels/inference.ts';
import { decodeModel } from '#shared/onnx/model.ts';
import { networkOf } from '#shared/onnx/network.ts';
import type { Engine } from './engine.ts';

/**
 * Covers graphs of the layer vocabulary (shared/onnx/network.ts) and refuses others by their operator's name.
 * @param kernels shared/kernels/build/inference.wasm
 */
export const simdEngine = (kernels: WebAssembly.Module): Engine => ({
  name: 'simd',

  async load(model) {
    const { network, weights } = networkOf(decodeModel(model));
    const infer = prepareInference(kernels, network, weights);
    return { logits: async (images, n) => infer(images, n) };
  },
});
