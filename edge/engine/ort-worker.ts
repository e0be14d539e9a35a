/**
 * @file onnxruntime-web as a Worker of its own, behind a service binding. Its 14 MB add to the cold start only of requests that
 * need it. It reads the models from the bucket itself, because a call over the binding takes at most 32 MiB.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { ModelFacts } from '#shared/inference/engine.ts';
import { type WeightsFault, weightsFault } from '#shared/inference/weights.ts';
import { LruMap } from '../lru-map.ts';
import { createQueue } from '../queue.ts';
import { readFile, readLimit } from '../registry/bucket.ts';
import { type OrtClassifier, type OrtFacts, ortEngine } from './ort.ts';

/**
 * Bytes of the models' files that an isolate holds. A model that is being loaded counts twice: as its file and in the runtime's
 * memory. With the runtime itself, this keeps one large model below the isolate's 128 MB. Memory of WebAssembly never shrinks, so that
 * after many models the next large file can exceed it.
 */
const CAPACITY = 96 * 2 ** 20;

/** Version of the model that serves by default, if this isolate has been asked to load it or to run it. */
let defaultVersion: string | undefined;

/** Loaded models by the SHA-256 of their bytes. */
const models = new LruMap<string, OrtClassifier>(CAPACITY, {
  sizeOf: ({ bytes }) => bytes,
  isPinned: (version) => version === defaultVersion,
});

/** Two large files at once would not fit. */
const oneByOne = createQueue();

/** An API Worker of an older version calls `load` without them. Its models have these tensors. */
const FIRST_TENSORS: OrtFacts = {
  input: { name: 'image', dtype: 'float32', shape: ['batch', 1, 28, 28] },
  output: { name: 'logits', dtype: 'float32', shape: ['batch', 10] },
};

/** A model in the bucket. */
export interface StoredModel extends Pick<ModelFacts, 'version' | 'bytes'>, OrtFacts {
  key: string;
  isDefault: boolean;
}

/** Why a model was not loaded. Errors lose their type on the way over the binding. */
export type LoadFailure =
  | { unreadable: string }
  | { fault: WeightsFault }
  /** Bytes of the largest file that fits beside the default model. */
  | { most: number };

export default class OrtWorker extends WorkerEntrypoint<{ MODELS: R2Bucket }> {
  /** Loads a model that is not in the bucket. @param version SHA-256 of its bytes */
  async load(version: string, model: Uint8Array, tensors = FIRST_TENSORS): Promise<void> {
    if (!models.get(version)) await load(version, Uint8Array.from(model), tensors);
  }

  /** Loads a model from the bucket, and returns undefined, or why the file cannot be used. */
  async loadStored(model: StoredModel): Promise<LoadFailure | undefined> {
    return oneByOne(readLimit(model.bytes), async () => {
      const before = defaultVersion;
      if (model.isDefault) defaultVersion = model.version;
      try {
        const failure = models.get(model.version) ? undefined : await loadFrom(this.env.MODELS, model);
        if (failure) defaultVersion = before;
        return failure;
      } catch (error) {
        defaultVersion = before;
        throw error;
      }
    });
  }

  /**
   * Returns the output `[n, classes]`, or undefined when this isolate does not hold the model.
   * @param isDefault whether the model serves by default
   */
  async logits(
    version: string,
    images: Float32Array,
    n: number,
    isDefault = false,
  ): Promise<Float32Array | undefined> {
    const model = models.get(version);
    if (model && isDefault) defaultVersion = version;
    return model?.logits(images, n);
  }
}

async function loadFrom(bucket: R2Bucket, model: StoredModel): Promise<LoadFailure | undefined> {
  const { key, version, bytes } = model;
  // Before the file is read, because both together may not fit.
  await release(models.makeRoom(2 * bytes));
  const most = Math.floor((CAPACITY - models.size) / 2);
  if (bytes > most) return { most };
  let file: Uint8Array<ArrayBuffer>;
  try {
    file = await readFile(bucket, key, bytes);
  } catch (error) {
    return { unreadable: String(error) };
  }
  const fault = await weightsFault(model, file);
  if (fault) return { fault };
  await load(version, file, model);
  return undefined;
}

async function load(version: string, file: Uint8Array<ArrayBuffer>, facts: OrtFacts): Promise<void> {
  await release(models.set(version, await ortEngine.load({ read: async () => file }, facts)));
}

async function release(evicted: readonly OrtClassifier[]): Promise<void> {
  for (const classifier of evicted) await classifier.release();
}
