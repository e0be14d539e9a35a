/**
 * @file The inference engine that runs onnxruntime-web in workerd.
 *
 * workerd compiles WebAssembly only from statically imported files, while onnxruntime-web accepts only bytes. So onnxruntime
 * receives one byte as its binary, and during the first session `WebAssembly.instantiate` is replaced: for that byte it returns an
 * instance of the imported module.
 *
 * `onnxruntime-web/wasm` is the build with inlined glue and without a branch for Node. The other build mistakes workerd's
 * `nodejs_compat` for Node.
 */
import runtime from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?module';
import * as ort from 'onnxruntime-web/wasm';
import type { Classifier, InferenceEngine, ModelTensors } from '#shared/inference/engine.ts';

// Workers have no threads.
ort.env.wasm.numThreads = 1;
ort.env.wasm.proxy = false;

/** A classifier that holds memory of the runtime. */
export interface OrtClassifier extends Classifier {
  /** Frees the memory. The classifier must not be used afterwards. */
  release(): Promise<void>;
}

/**
 * onnxruntime cannot run two calls at the same time. `load` and `logits` await only settled promises, so each call ends before the
 * isolate continues with another request.
 */
export const ortEngine = {
  name: `onnxruntime-web ${ort.env.versions.web}`,

  async load(model: Uint8Array, { input, output }: ModelTensors): Promise<OrtClassifier> {
    const imageShape = input.shape.slice(1).map(Number);
    const session = await withRuntime(() =>
      ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
    );
    return {
      async logits(images, n) {
        const tensor = new ort.Tensor('float32', images, [n, ...imageShape]);
        const { [output.name]: logits } = await session.run({ [input.name]: tensor });
        if (!(logits?.data instanceof Float32Array)) {
          throw new Error(`the model has no float32 output ${output.name}`);
        }
        return logits.data;
      },
      release: () => session.release(),
    };
  },
} satisfies InferenceEngine;

type Instantiate = (source: unknown, imports: WebAssembly.Imports) => Promise<unknown>;

let runtimeReady = false;

/** Runs `create` with a replaced `WebAssembly.instantiate`, which returns an instance of the imported module. Only the first session needs it. */
async function withRuntime<T>(create: () => Promise<T>): Promise<T> {
  if (runtimeReady) return create();
  const sentinel = new ArrayBuffer(1);
  ort.env.wasm.wasmBinary = sentinel;
  const wasm = WebAssembly as { instantiate: Instantiate };
  const original = wasm.instantiate;
  wasm.instantiate = async (source, imports) => {
    const buffer = ArrayBuffer.isView(source) ? source.buffer : source;
    if (buffer !== sentinel) return original.call(WebAssembly, source, imports);
    runtimeReady = true;
    return { module: runtime, instance: new WebAssembly.Instance(runtime, imports) };
  };
  try {
    const created = await create();
    if (!runtimeReady) {
      throw new Error('onnxruntime-web did not call WebAssembly.instantiate with its binary');
    }
    return created;
  } finally {
    wasm.instantiate = original;
  }
}
