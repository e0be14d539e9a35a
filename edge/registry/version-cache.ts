/**
 * @file Model versions that this isolate has loaded and checked, from the object store or the Worker's bundle.
 *
 * Requests share loaded models but not promises of I/O: workerd cancels I/O with the request that started it, so a request that
 * awaits another request's promise can wait forever.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { type LoadedModel, loadModel, type ModelCheck, ModelRefusal } from '#shared/inference/model.ts';
import { isVersion, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { LruMap } from '../lru-map.ts';
import { missingObject, readObject } from './bucket.ts';

/** The model that is compiled into the Worker. */
export interface BundledModel {
  manifest: Manifest;
  weights: Uint8Array<ArrayBuffer>;
}

/** The default model with its previous version, and two others with theirs. */
const CAPACITY = 6;

/** Reported when a version exists but fails a check. */
export interface RefusalEvent {
  type: 'refusal';
  check: ModelCheck;
}

export class VersionCache {
  readonly #engines: readonly InferenceEngine[];
  readonly #bundledModel: BundledModel;
  readonly #onEvent: (event: RefusalEvent) => void;
  readonly #loaded = new LruMap<string, LoadedModel>(CAPACITY);

  constructor(
    engines: readonly InferenceEngine[],
    bundledModel: BundledModel,
    onEvent: (event: RefusalEvent) => void,
  ) {
    this.#engines = engines;
    this.#bundledModel = bundledModel;
    this.#onEvent = onEvent;
  }

  /**
   * Returns a version of a model from the cache or loads it.
   * @returns undefined when the model has no such version
   * @throws ExplainedError when the version cannot be read or fails a check
   */
  async get(bucket: R2Bucket, name: string, version: string): Promise<LoadedModel | undefined> {
    if (!isVersion(version)) return undefined;
    if (this.#isBundled(name, version)) return this.bundled();
    const loaded =
      this.#loaded.get(keyOf(name, version)) ??
      (await this.#reportingRefusals(() => this.#load(bucket, name, version)));
    return loaded && this.#keep(loaded);
  }

  /**
   * Returns the bundled model.
   * @throws ExplainedError when it fails a check
   */
  async bundled(): Promise<LoadedModel> {
    const { manifest, weights } = this.#bundledModel;
    const load = () => loadModel(this.#engines, manifest, { read: async () => weights });
    const loaded = this.#loaded.get(keyOf(manifest.name, manifest.version));
    return this.#keep(loaded ?? (await this.#reportingRefusals(load)));
  }

  /**
   * Returns the ONNX file of a version.
   * @returns undefined when there is no such version
   * @throws ExplainedError when the file cannot be read
   */
  async weights(
    bucket: R2Bucket,
    name: string,
    version: string,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!isVersion(version)) return undefined;
    if (this.#isBundled(name, version)) return this.#bundledModel.weights;
    return (await readObject(bucket, modelKey(name, version, 'onnx')))?.bytes;
  }

  #isBundled(name: string, version: string): boolean {
    const { manifest } = this.#bundledModel;
    return name === manifest.name && version === manifest.version;
  }

  async #load(bucket: R2Bucket, name: string, version: string): Promise<LoadedModel | undefined> {
    const manifestKey = modelKey(name, version, 'json');
    const stored = await readObject(bucket, manifestKey);
    if (!stored) return undefined;
    const manifest = parseStored(Manifest, manifestKey, stored.bytes);
    if (manifest.name !== name || manifest.version !== version) {
      throw new ExplainedError({
        kind: 'model',
        what: `cannot use ${manifestKey}`,
        expected: `the manifest of ${name} ${version}`,
        got: `that of ${manifest.name} ${manifest.version}`,
        next: 'Push the model again.',
      });
    }
    const key = modelKey(name, version, 'onnx');
    return loadModel(this.#engines, manifest, { key, read: () => readWeights(bucket, key) });
  }

  /** Adds a model, unless another request has loaded the same version in the meantime. */
  #keep(loaded: LoadedModel): LoadedModel {
    const key = keyOf(loaded.manifest.name, loaded.manifest.version);
    const kept = this.#loaded.get(key) ?? loaded;
    this.#loaded.set(key, kept);
    return kept;
  }

  async #reportingRefusals<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (error) {
      if (error instanceof ExplainedError && error.kind === 'model') {
        this.#onEvent({ type: 'refusal', check: error instanceof ModelRefusal ? error.check : 'manifest' });
      }
      throw error;
    }
  }
}

/** @throws ExplainedError of kind `store`, so that no engine is blamed for the bucket */
async function readWeights(bucket: R2Bucket, key: string): Promise<Uint8Array<ArrayBuffer>> {
  const weights = await readObject(bucket, key).catch((cause: unknown) => {
    if (cause instanceof ExplainedError) throw cause;
    throw new ExplainedError({ kind: 'store', what: `cannot read ${key}`, got: String(cause), cause });
  });
  if (!weights) throw missingObject(key);
  return weights.bytes;
}

const keyOf = (name: string, version: string): string => `${name}/${version}`;
