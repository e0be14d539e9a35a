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
import { readObject } from './bucket.ts';

/** The model that is compiled into the Worker. */
export interface BundledModel {
  manifest: Manifest;
  weights: Uint8Array<ArrayBuffer>;
}

/** Two aliases with their current and previous versions. A model takes about 1 MB. */
const CAPACITY = 4;

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
   * Returns a version from the cache or loads it.
   * @returns undefined when there is no such version
   * @throws ExplainedError when the version cannot be read or fails a check
   */
  async get(bucket: R2Bucket, version: string): Promise<LoadedModel | undefined> {
    if (!isVersion(version)) return undefined;
    if (version === this.#bundledModel.manifest.version) return this.bundled();
    const loaded =
      this.#loaded.get(version) ?? (await this.#reportingRefusals(() => this.#load(bucket, version)));
    return loaded && this.#keep(loaded);
  }

  /**
   * Returns the bundled model.
   * @throws ExplainedError when it fails a check
   */
  async bundled(): Promise<LoadedModel> {
    const { manifest, weights } = this.#bundledModel;
    const load = () => loadModel(this.#engines, manifest, weights);
    return this.#keep(this.#loaded.get(manifest.version) ?? (await this.#reportingRefusals(load)));
  }

  /**
   * Returns the ONNX file of a version.
   * @returns undefined when there is no such version
   * @throws ExplainedError when the file cannot be read
   */
  async weights(bucket: R2Bucket, version: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!isVersion(version)) return undefined;
    const { manifest, weights } = this.#bundledModel;
    if (version === manifest.version) return weights;
    return (await readObject(bucket, modelKey(manifest.name, version, 'onnx')))?.bytes;
  }

  async #load(bucket: R2Bucket, version: string): Promise<LoadedModel | undefined> {
    const { name } = this.#bundledModel.manifest;
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
    const weightsKey = modelKey(name, version, 'onnx');
    const weights = await readObject(bucket, weightsKey);
    if (!weights) throw missingObject(weightsKey);
    return loadModel(this.#engines, manifest, weights.bytes);
  }

  /** Adds a model, unless another request has loaded the same version in the meantime. */
  #keep(loaded: LoadedModel): LoadedModel {
    const { version } = loaded.manifest;
    const kept = this.#loaded.get(version) ?? loaded;
    this.#loaded.set(version, kept);
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

/** Returns the error for an object that the bucket lacks. */
export const missingObject = (key: string): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `the bucket has no ${key}`,
    next: 'Push a model, then promote it.',
  });
