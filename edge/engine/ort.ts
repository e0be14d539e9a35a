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
import type { Classifier, InferenceEngine, ModelFacts, WeightsFile } from '#shared/inference/engine.ts';
import { channelsLast } from '#shared/input/layout.ts';
import type { ImageShape } from '#shared/input/preprocessing.ts';
import { graphWithoutWeights, WEIGHTS_PATH } from './external-weights.ts';

// Workers have no threads.
ort.env.wasm.numThreads = 1;
ort.env.wasm.proxy = false;

/** Values of the input in one run. A larger batch is split, because the runtime keeps the memory of its largest run. */
const RUN_VALUES = 2 ** 16;

/**
 * A larger model keeps its batch normalization as operators: to merge them into convolutions, the runtime would hold the weights twice.
 */
const MERGED_BYTES = 16 * 2 ** 20;

const sessionOptions = (bytes: number): ort.InferenceSession.SessionOptions => ({
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
  ...(bytes > MERGED_BYTES && {
    extra: { optimization: { disable_specified_optimizers: 'ConvBNFusion' } },
  }),
});

/** A classifier that holds memory of the runtime. */
export interface OrtClassifier extends Classifier {
  /** Frees the memory. The classifier must not be used afterwards. */
  release(): Promise<void>;
}

/** The parts of a manifest that this engine needs. */
export type OrtFacts = Pick<ModelFacts, 'input' | 'output'>;

/**
 * onnxruntime cannot run two calls at the same time. `load` and `logits` await only settled promises, so each call ends before the
 * isolate continues with another request.
 */
export const ortEngine = {
  name: `onnxruntime-web ${ort.env.versions.web}`,

  async load(file: Pick<WeightsFile, 'read'>, { input, output }: OrtFacts): Promise<OrtClassifier> {
    const { session, bytes } = await openSession(await file.read());
    const [batch, ...imageShape] = input.shape.map(Number);
    const [height = 0, width = 0, channels = 0] = imageShape;

    async function run(images: Float32Array): Promise<Float32Array> {
      const isLast = input.layout === 'NHWC';
      const values = isLast ? channelsLast(images, [channels, height, width] as ImageShape) : images;
      const n = images.length / imageShape.reduce((a, b) => a * b);
      const tensor = new ort.Tensor('float32', values, [n, ...imageShape]);
      const { [output.name]: result } = await session.run({ [input.name]: tensor });
      if (result?.data instanceof Float32Array) return result.data;
      throw new Error(`the model has no float32 output ${output.name}`);
    }

    return {
      bytes,
      async logits(images, n) {
        const size = images.length / n;
        const count = batch === 1 ? 1 : Math.max(1, Math.floor(RUN_VALUES / size));
        if (n <= count) return run(images);
        const results: number[] = [];
        for (let i = 0; i < n; i += count) {
          results.push(...(await run(images.subarray(i * size, (i + count) * size))));
        }
        return Float32Array.from(results);
      },
      release: () => session.release(),
    };
  },
} satisfies InferenceEngine;

/** Creates a session. The runtime copies the weights from `file`, which is not needed afterwards. */
async function openSession(file: Uint8Array): Promise<{ session: ort.InferenceSession; bytes: number }> {
  const options = { ...sessionOptions(file.length), externalData: [{ path: WEIGHTS_PATH, data: file }] };
  const session = await withRuntime(() => ort.InferenceSession.create(graphWithoutWeights(file), options));
  return { session, bytes: file.length };
}

/**
 * Largest memory of the runtime in pages of 64 KiB: 192 MiB in place of 4 GiB. A model that needs more, for its weights or for intermediate results,
 * fails with an error of the runtime, which then runs the others as before. Cloudflare ends an isolate at 128 MB; with less than 192 MiB here, models
 * that fit together would fail after others have fragmented the memory.
 */
const MOST_PAGES = 3072;

type Instantiate = (source: unknown, imports: WebAssembly.Imports) => Promise<unknown>;

let runtimeReady = false;

/**
 * Runs `create` with a replaced `WebAssembly.instantiate`, which returns an instance of the imported module, and a limited `WebAssembly.Memory`. Only
 * the first session needs them.
 */
async function withRuntime<T>(create: () => Promise<T>): Promise<T> {
  if (runtimeReady) return create();
  const sentinel = new ArrayBuffer(1);
  ort.env.wasm.wasmBinary = sentinel;
  const wasm = WebAssembly as { instantiate: Instantiate; Memory: typeof WebAssembly.Memory };
  const { instantiate: original, Memory } = wasm;
  wasm.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super({ ...descriptor, maximum: Math.min(descriptor.maximum ?? MOST_PAGES, MOST_PAGES) });
    }
  };
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
    Object.assign(wasm, { instantiate: original, Memory });
  }
}
