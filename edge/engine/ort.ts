/**
 * @file onnxruntime-web in workerd.
 *
 * workerd compiles WebAssembly only from files that are imported statically, never from bytes, and onnxruntime-web takes only
 * bytes. So the runtime is given one byte as its binary, and while the first session is created `WebAssembly.instantiate`
 * answers that byte with an instance of the imported module. Nothing else of the project knows this.
 *
 * `onnxruntime-web/wasm` is the build whose glue is inlined and has no branch for Node: workerd's `nodejs_compat` looks like
 * Node and would mislead the other one.
 */

import runtime from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?module';
import * as ort from 'onnxruntime-web/wasm';
import type { Classifier, InferenceEngine } from '#shared/inference/engine.ts';
import { IMAGE_SIZE } from '#shared/labels.ts';

/** What the manifest's input and output are called (shared/manifest.ts). */
const INPUT = 'image';
const OUTPUT = 'logits';

// Workers have no threads.
ort.env.wasm.numThreads = 1;
ort.env.wasm.proxy = false;

/** A model with memory of the runtime's. */
export interface OrtClassifier extends Classifier {
  /** Frees it. No call may follow. */
  release(): Promise<void>;
}

/**
 * Neither loading nor running waits for anything but promises that are already settled, so within one isolate a call is over
 * before another request gets its turn: the runtime, which must not be entered twice, never is.
 */
export const ortEngine = {
  name: `onnxruntime-web ${ort.env.versions.web}`,

  async load(model: Uint8Array): Promise<OrtClassifier> {
    const session = await withRuntime(() =>
      ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }),
    );
    return {
      async logits(images, n) {
        const input = new ort.Tensor('float32', images, [n, 1, IMAGE_SIZE, IMAGE_SIZE]);
        const { [OUTPUT]: output } = await session.run({ [INPUT]: input });
        if (!(output?.data instanceof Float32Array))
          throw new Error(`the model has no float32 output ${OUTPUT}`);
        return output.data;
      },
      release: () => session.release(),
    };
  },
} satisfies InferenceEngine;

type Instantiate = (source: unknown, imports: WebAssembly.Imports) => Promise<unknown>;

let runtimeReady = false;

/** Runs `create` with `WebAssembly.instantiate` able to give the runtime its module. Only the first session needs it. */
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
      throw new Error('onnxruntime-web did not ask for its binary through WebAssembly.instantiate');
    }
    return created;
  } finally {
    wasm.instantiate = original;
  }
}
