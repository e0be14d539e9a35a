/**
 * @file Versions of the model that this isolate has loaded and proved, from the bucket or from the Worker's bundle.
 *
 * Results are shared between requests, never promises of I/O: workerd ends a promise with the request that began it, and a
 * request that waited for another's would wait for ever.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import { type LoadedModel, loadModel, type ModelCheck, ModelRefusal } from '#shared/inference/model.ts';
import { isVersion, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { readObject } from './store.ts';

/** A model that needs no store. */
export interface Release {
  manifest: Manifest;
  weights: Uint8Array<ArrayBuffer>;
}

/** Versions that are held: those of two aliases that move, or those of a comparison. A model takes about 1 MB. */
const HELD = 4;

/** A version is there and does not serve. */
export interface RefusalEvent {
  type: 'refusal';
  check: ModelCheck;
}

export interface Versions {
  /**
   * A version, loaded now or before; undefined when there is none.
   * @throws ExplainedError when it cannot be read or does not prove itself
   */
  get(bucket: R2Bucket, version: string): Promise<LoadedModel | undefined>;
  /**
   * The ONNX file of a version; undefined when there is none.
   * @throws ExplainedError when it cannot be read
   */
  weights(bucket: R2Bucket, version: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @throws ExplainedError when the release in the bundle does not serve */
  bundled(): Promise<LoadedModel>;
}

export function createVersions(
  engines: readonly InferenceEngine[],
  release: Release,
  onEvent: (event: RefusalEvent) => void,
): Versions {
  const { name } = release.manifest;
  /** By version, least recently used first. */
  const held = new Map<string, LoadedModel>();

  /** Keeps a version, unless another request was faster with it, and lets go of what has not been used for longest. */
  function hold(loaded: LoadedModel): LoadedModel {
    const { version } = loaded.manifest;
    const kept = held.get(version) ?? loaded;
    held.delete(version);
    held.set(version, kept);
    const [oldest] = held.keys();
    if (held.size > HELD && oldest !== undefined) held.delete(oldest);
    return kept;
  }

  async function read(bucket: R2Bucket, version: string): Promise<LoadedModel | undefined> {
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
    if (!weights) throw missing(weightsKey);
    return loadModel(engines, manifest, weights.bytes);
  }

  async function bundled(): Promise<LoadedModel> {
    const { manifest, weights } = release;
    return hold(held.get(manifest.version) ?? (await telling(() => loadModel(engines, manifest, weights))));
  }

  async function telling<T>(load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (error) {
      if (error instanceof ExplainedError && error.kind === 'model') {
        onEvent({ type: 'refusal', check: error instanceof ModelRefusal ? error.check : 'manifest' });
      }
      throw error;
    }
  }

  return {
    bundled,
    async weights(bucket, version) {
      if (!isVersion(version)) return undefined;
      if (version === release.manifest.version) return release.weights;
      return (await readObject(bucket, modelKey(name, version, 'onnx')))?.bytes;
    },
    async get(bucket, version) {
      if (!isVersion(version)) return undefined;
      if (version === release.manifest.version) return bundled();
      const loaded = held.get(version) ?? (await telling(() => read(bucket, version)));
      return loaded && hold(loaded);
    },
  };
}

/** What the bucket should hold and does not. */
export const missing = (key: string): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `the bucket has no ${key}`,
    next: 'Push a model, then promote it.',
  });
