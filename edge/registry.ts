/**
 * @file The read side of the registry (shared/manifest.ts): which model this isolate serves.
 *
 * Alias → manifest → weights, each checked; the last good model stays whatever the store does, and before there is one the
 * release that is compiled into the Worker answers. Results are shared between requests, never promises of I/O: workerd ends
 * a promise with the request that began it, and a request that waited for another's would wait for ever.
 */
import { ExplainedError } from '#shared/errors.ts';
import {
  Alias,
  aliasKey,
  BUNDLED_ALIAS,
  DEFAULT_ALIAS,
  Manifest,
  modelKey,
  parseStored,
} from '#shared/manifest.ts';
import type { Engine } from './engine/engine.ts';
import { loadModel, type ServedModel } from './model.ts';
import { readChanged, readObject } from './store.ts';

/** The alias is read again when the last look is older than this. */
export const REFRESH_MS = 30_000;

/** A model that needs no store. */
export interface Release {
  manifest: Manifest;
  weights: Uint8Array<ArrayBuffer>;
}

export interface RegistryOptions {
  engine: Engine;
  bundled: Release;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

export interface Registry {
  /** Name of the one model that is served. */
  readonly name: string;
  /**
   * The model that answers; the isolate's first request loads it.
   * @throws ExplainedError when not even the bundled release serves
   */
  model(bucket: R2Bucket): Promise<ServedModel>;
  /** Follows the alias when the last look is older than REFRESH_MS. Never throws. */
  refresh(bucket: R2Bucket): Promise<void>;
  /** When the store was last looked at, and why that changed nothing, if it should have. */
  store(): { checkedAt: string | null; error: string | null };
}

/** What serves. Replaced as a whole, so that no request sees half of a change. */
interface Current {
  model: ServedModel;
  /** Of the alias object that the model was found through; undefined for the bundled release. */
  etag: string | undefined;
}

export function createRegistry({ engine, bundled, now = Date.now }: RegistryOptions): Registry {
  const name = bundled.manifest.name;
  const key = aliasKey(name, DEFAULT_ALIAS);
  let current: Current | undefined;
  /** The model before: requests that began with it may still run. It is freed at the next change, REFRESH_MS later or more. */
  let retired: ServedModel | undefined;
  let checkedAt: number | undefined;
  let storeError: string | null = null;
  /** Why nothing serves. */
  let failure: unknown;

  const isDue = () => checkedAt === undefined || now() - checkedAt >= REFRESH_MS;

  /** The model that serves, if it is this version of the store's. */
  function servedFor(version: string): ServedModel | undefined {
    const model = current?.model;
    return model?.alias === DEFAULT_ALIAS && model.manifest.version === version ? model : undefined;
  }

  /** Makes `model` the one that serves, unless another request was faster with the same one. */
  async function adopt(model: ServedModel, etag: string | undefined): Promise<void> {
    const same = servedFor(model.manifest.version);
    if (same) {
      current = { model: same, etag };
      if (model !== same) await model.classifier.release();
      return;
    }
    const freed = retired;
    retired = current?.model;
    current = { model, etag };
    await freed?.classifier.release();
  }

  async function followAlias(bucket: R2Bucket): Promise<void> {
    checkedAt = now();
    try {
      const etag = current?.etag;
      const alias = await (etag ? readChanged(bucket, key, etag) : readObject(bucket, key));
      if (alias !== 'unchanged') {
        const { version } = parseStored(Alias, key, alias.bytes);
        await adopt(servedFor(version) ?? (await loadStored(bucket, version)), alias.etag);
      }
      storeError = null;
    } catch (error) {
      storeError = error instanceof Error ? error.message : String(error);
      console.warn(`the store gives no model: ${storeError}`);
    }
  }

  async function loadStored(bucket: R2Bucket, version: string): Promise<ServedModel> {
    const manifestKey = modelKey(name, version, 'json');
    const manifest = parseStored(Manifest, manifestKey, (await readObject(bucket, manifestKey)).bytes);
    if (manifest.name !== name || manifest.version !== version) {
      throw new ExplainedError({
        kind: 'model',
        what: `cannot use ${manifestKey}`,
        expected: `the manifest of ${name} ${version}`,
        got: `that of ${manifest.name} ${manifest.version}`,
        next: 'Push the model again.',
      });
    }
    const weights = await readObject(bucket, modelKey(name, version, 'onnx'));
    return loadModel(engine, manifest, DEFAULT_ALIAS, weights.bytes);
  }

  async function loadBundled(): Promise<Current> {
    const model = await loadModel(engine, bundled.manifest, BUNDLED_ALIAS, bundled.weights);
    // Another request may have reached the store in the meantime.
    if (current) await model.classifier.release();
    else current = { model, etag: undefined };
    return current;
  }

  return {
    name,
    async model(bucket) {
      if (current) return current.model;
      if (failure && !isDue()) throw failure;
      await followAlias(bucket);
      try {
        return (current ?? (await loadBundled())).model;
      } catch (error) {
        failure = error;
        throw error;
      }
    },
    async refresh(bucket) {
      if (current && isDue()) await followAlias(bucket);
    },
    store: () => ({
      checkedAt: checkedAt === undefined ? null : new Date(checkedAt).toISOString(),
      error: storeError,
    }),
  };
}
