/** @file The inference engine on this project's WebAssembly kernels, for workerd and browsers. */
import { type InferencePlan, planInference, prepareInference } from '../kernels/inference.ts';
import { multiplyAddsOf, type Weights } from '../model/spec.ts';
import { decodeModel } from '../onnx/model.ts';
import { networkOf } from '../onnx/network.ts';
import { unsupported } from '../onnx/unsupported.ts';
import type { InferenceEngine } from './engine.ts';
import { ModelRefusal } from './model.ts';

/** Most multiply-adds for one image: 0.4 seconds on one core of a slow server. Any other engine takes longer. */
const MOST_MULTIPLY_ADDS = 2e9;

/** Multiply-adds that one core of a slow server computes in a millisecond. The kernels compute 15 to 58 million on a fast one. */
const MULTIPLY_ADDS_PER_MS = 5e6;

/** What the engine needs of a model's file. */
interface PlannedModel {
  /** Multiply-adds for one image. */
  multiplyAdds: number;
  plan: InferencePlan;
  weights: Weights;
}

/** A model that a build has planned, so that no cold start has to. Plain data. */
export interface KnownModel extends Omit<PlannedModel, 'weights'> {
  /** SHA-256 of its file. */
  version: string;
  /** The parameters: name, position in the file in bytes, and length in floats. */
  tensors: readonly (readonly [name: string, position: number, length: number])[];
}

/**
 * Creates an engine that computes graphs of the layer vocabulary (shared/onnx/network.ts). It rejects other graphs and names the
 * unsupported operator.
 * @param kernels compiled shared/kernels/build/inference.wasm
 * @param known a model whose file the engine need not decode
 */
export const simdEngine = (kernels: WebAssembly.Module, known?: KnownModel): InferenceEngine => ({
  name: 'simd',

  async load(file, { name, version, engine }, memory) {
    if (engine) throw unsupported('the model', 'a manifest without an engine', engine);
    const bytes = await file.read();
    const { multiplyAdds, plan, weights } =
      known?.version === version ? { ...known, weights: weightsIn(bytes, known) } : planModel(bytes);
    if (multiplyAdds > MOST_MULTIPLY_ADDS) {
      throw new ModelRefusal('fit', {
        what: `cannot serve ${name} ${version}`,
        expected: `at most ${MOST_MULTIPLY_ADDS} multiply-adds for an image`,
        got: `${multiplyAdds}`,
        next: 'Push a smaller model.',
      });
    }
    const prepared = prepareInference(kernels, plan, weights, memory);
    return {
      bytes: prepared.bytes,
      milliseconds: multiplyAdds / MULTIPLY_ADDS_PER_MS,
      logits: async (images, n) => prepared.infer(images, n),
    };
  },
});

/** Plans the model of an ONNX file. @throws ExplainedError of kind `model` when the kernels do not support it */
export function planModel(file: Uint8Array): PlannedModel {
  const { network, weights } = networkOf(decodeModel(file));
  return { multiplyAdds: multiplyAddsOf(network), plan: planInference(network), weights };
}

const weightsIn = ({ buffer, byteOffset }: Uint8Array<ArrayBuffer>, { tensors }: KnownModel): Weights =>
  new Map(
    tensors.map(([name, position, length]) => {
      const start = byteOffset + position;
      return [name, new Float32Array(buffer.slice(start, start + 4 * length))];
    }),
  );
