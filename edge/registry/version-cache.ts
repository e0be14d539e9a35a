/**
 * @file Model versions that this isolate has loaded and checked, from the object store or the Worker's bundle.
 *
 * Requests share loaded models but not promises of I/O: workerd cancels I/O with the request that started it, so a request that
 * awaits another request's promise can wait forever.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine, WeightsFile } from '#shared/inference/engine.ts';
import { type LoadedModel, loadModel, type ModelCheck, ModelRefusal } from '#shared/inference/model.ts';
import { isVersion, LARGEST_MANIFEST, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { ownTurn } from '../inference/own-turn.ts';
import { LruMap } from '../lru-map.ts';
import { createQueue } from '../queue.ts';
import { missingObject, type ObjectRange, openObject, readObject } from './bucket.ts';

/** The model that is compiled into the Worker. */
export interface BundledModel {
  manifest: Manifest;
  weights: Uint8Array<ArrayBuffer>;
}

/**
 * Bytes of memory for the models of an isolate, whose 128 MB also hold the decoders, up to 64 MB, and the requests. A model takes at most
 * half of it, so that one fits beside the default model.
 */
export const MODEL_MEMORY = 16 * 2 ** 20;

/** Bytes of the manifests that are kept without their models. */
const MANIFEST_MEMORY = 4 * 2 ** 20;

/** Time after which the next model loads beside one that does not end: as long as Cloudflare continues the work of a request that has ended. */
const LOAD_MS = 30_000;

/** Reported when a version exists but fails a check. */
export interface RefusalEvent {
  type: 'refusal';
  check: ModelCheck;
}

export interface VersionCacheOptions {
  engines: readonly InferenceEngine[];
  bundled: BundledModel;
  /** Bytes for all models. */
  memory: number;
  /** Returns whether a version serves by default, so that it is not evicted. */
  isDefault: (name: string, version: string) => boolean;
  onEvent: (event: RefusalEvent) => void;
}

export class VersionCache {
  readonly #options: VersionCacheOptions;
  readonly #bundledModel: BundledModel;
  readonly #loaded: LruMap<string, LoadedModel>;
  /** Manifests of models that are not loaded. They never change, and everybody may request them. */
  readonly #manifests = new LruMap<string, Manifest>(MANIFEST_MEMORY, { sizeOf: imagesOf });
  /** Files, manifests and golden vectors of several models at once would not fit. */
  readonly #oneByOne = createQueue();

  constructor(options: VersionCacheOptions) {
    const { memory, bundled, isDefault } = options;
    this.#options = options;
    this.#bundledModel = bundled;
    this.#loaded = new LruMap(memory, {
      sizeOf: memoryOf,
      isPinned: (_, { manifest: { name, version } }) => isDefault(name, version),
    });
  }

  /** Returns a version if it is in memory. */
  peek(name: string, version: string): LoadedModel | undefined {
    return this.#loaded.peek(keyOf(name, version));
  }

  /**
   * Returns a version of a model from the cache or loads it.
   * @param isDefault whether the version is to serve by default
   * @returns undefined when the model has no such version
   * @throws ExplainedError when the version cannot be read or fails a check
   */
  async get(
    bucket: R2Bucket,
    name: string,
    version: string,
    isDefault = false,
  ): Promise<LoadedModel | undefined> {
    if (!isVersion(version)) return undefined;
    if (this.#isBundled(name, version)) return this.bundled();
    const kept = () => this.#loaded.get(keyOf(name, version));
    const load = async () => kept() ?? this.#load(bucket, name, version, isDefault);
    const loaded = kept() ?? (await this.#reportingRefusals(() => this.#oneByOne(LOAD_MS, load)));
    return loaded && this.#keep(loaded);
  }

  /**
   * Returns the manifest of a version, without loading its model.
   * @returns undefined when the model has no such version
   * @throws ExplainedError when it cannot be read
   */
  async manifest(bucket: R2Bucket, name: string, version: string): Promise<Manifest | undefined> {
    if (!isVersion(version)) return undefined;
    if (this.#isBundled(name, version)) return this.#bundledModel.manifest;
    const key = keyOf(name, version);
    const known = this.peek(name, version)?.manifest ?? this.#manifests.get(key);
    const manifest = known ?? (await readManifest(bucket, name, version));
    if (manifest && !known) this.#manifests.set(key, manifest);
    return manifest;
  }

  /**
   * Returns the bundled model.
   * @throws ExplainedError when it fails a check
   */
  async bundled(): Promise<LoadedModel> {
    const { manifest, weights } = this.#bundledModel;
    const load = () => this.#loadModel(manifest, { read: async () => weights });
    const loaded = this.#loaded.get(keyOf(manifest.name, manifest.version));
    return this.#keep(loaded ?? (await this.#reportingRefusals(load)));
  }

  /**
   * Opens the ONNX file of a version, or a part of it.
   * @returns undefined when there is no such version
   * @throws ExplainedError when the file cannot be read
   */
  async weights(
    bucket: R2Bucket,
    name: string,
    version: string,
    range?: ObjectRange,
  ): Promise<Uint8Array<ArrayBuffer> | ReadableStream | undefined> {
    if (!isVersion(version)) return undefined;
    if (!this.#isBundled(name, version)) return openObject(bucket, modelKey(name, version, 'onnx'), range);
    const { weights } = this.#bundledModel;
    return range ? weights.subarray(range.offset, range.offset + range.length) : weights;
  }

  #isBundled(name: string, version: string): boolean {
    const { manifest } = this.#bundledModel;
    return name === manifest.name && version === manifest.version;
  }

  #loadModel(manifest: Manifest, file: WeightsFile): Promise<LoadedModel> {
    const { engines, memory } = this.#options;
    return loadModel(engines, manifest, file, memory / 2, ownTurn);
  }

  async #load(
    bucket: R2Bucket,
    name: string,
    version: string,
    isDefault: boolean,
  ): Promise<LoadedModel | undefined> {
    const manifest = await readManifest(bucket, name, version);
    if (!manifest) return undefined;
    const key = modelKey(name, version, 'onnx');
    // The alias points at a new default version only after it has loaded.
    let isNext = isDefault;
    const loaded = await this.#loadModel(manifest, {
      key,
      isDefault: () => isNext || this.#options.isDefault(name, version),
      read: () => readWeights(bucket, key, manifest.bytes),
    });
    isNext = false;
    return loaded;
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
        this.#options.onEvent({
          type: 'refusal',
          check: error instanceof ModelRefusal ? error.check : 'manifest',
        });
      }
      throw error;
    }
  }
}

/** Returns the bytes of the images of the golden vectors, the largest part of a manifest. */
const imagesOf = ({ golden }: Manifest): number =>
  golden.vectors.reduce((sum, { pixels }) => sum + pixels.length, 0);

/** Returns the bytes that a model takes: those of its engine and of its manifest. */
const memoryOf = ({ classifier, manifest }: LoadedModel): number => classifier.bytes + imagesOf(manifest);

/** Returns undefined when there is no such version. @throws ExplainedError, and the errors of R2 */
async function readManifest(bucket: R2Bucket, name: string, version: string): Promise<Manifest | undefined> {
  const key = modelKey(name, version, 'json');
  const stored = await readObject(bucket, key, LARGEST_MANIFEST);
  if (!stored) return undefined;
  const manifest = parseStored(Manifest, key, stored.bytes);
  if (manifest.name === name && manifest.version === version) return manifest;
  throw new ExplainedError({
    kind: 'model',
    what: `cannot use ${key}`,
    expected: `the manifest of ${name} ${version}`,
    got: `that of ${manifest.name} ${manifest.version}`,
    next: 'Push the model again.',
  });
}

/** @throws ExplainedError of kind `store`, so that no engine is blamed for the bucket */
async function readWeights(bucket: R2Bucket, key: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const weights = await readObject(bucket, key, most).catch((cause: unknown) => {
    if (cause instanceof ExplainedError) throw cause;
    throw new ExplainedError({ kind: 'store', what: `cannot read ${key}`, got: String(cause), cause });
  });
  if (!weights) throw missingObject(key);
  return weights.bytes;
}

const keyOf = (name: string, version: string): string => `${name}/${version}`;
