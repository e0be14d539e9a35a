/**
 * @file The read side of the registry (shared/manifest.ts): selects the model that serves a request.
 *
 * An alias points at a manifest, and a manifest at its weights. All three are checked. The last good model keeps serving when the
 * object store fails. Before the first good model, the bundled model serves. A request may select another alias or a version.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import type { LoadedModel } from '#shared/inference/model.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, isName } from '#shared/manifest.ts';
import { LruMap } from '../lru-map.ts';
import { AliasFollower, REFRESH_MS, type RefreshEvent, type StoreState } from './alias-follower.ts';
import type { ServedModel } from './served-model.ts';
import { type BundledModel, type RefusalEvent, VersionCache } from './version-cache.ts';

export type RegistryEvent = RefreshEvent | RefusalEvent;

export interface RegistryOptions {
  engine: InferenceEngine;
  /** Runs the models that `engine` does not support. */
  fallback?: InferenceEngine | undefined;
  bundled: BundledModel;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Milliseconds between two refreshes of an alias. Defaults to REFRESH_MS. */
  refreshMs?: number | undefined;
  onEvent: (event: RegistryEvent) => void;
}

/** A version, or the alias that points at one. Defaults to the default alias. */
export interface VersionSelector {
  alias?: string | undefined;
  version?: string | undefined;
}

/** Number of aliases that an isolate follows beside the default one: those that requests selected last. */
const FOLLOWED_ALIASES = 4;

export class Registry {
  /** Name of the only model. */
  readonly name: string;
  readonly #versions: VersionCache;
  readonly #createFollower: (alias: string) => AliasFollower;
  readonly #defaultAlias: AliasFollower;
  readonly #otherAliases = new LruMap<string, AliasFollower>(FOLLOWED_ALIASES);
  /** Aliases without a model so far, such as absent ones. They are kept apart, so that they evict no alias that serves. */
  readonly #candidates = new LruMap<string, AliasFollower>(FOLLOWED_ALIASES);
  /** The bundled model, once it serves. */
  #bundled: LoadedModel | undefined;
  /** Why the bundled model cannot serve. */
  #bundledError: unknown;

  constructor({
    engine,
    fallback,
    bundled,
    now = Date.now,
    refreshMs = REFRESH_MS,
    onEvent,
  }: RegistryOptions) {
    const versions = new VersionCache(fallback ? [engine, fallback] : [engine], bundled, onEvent);
    const { name } = bundled.manifest;
    this.name = name;
    this.#versions = versions;
    this.#createFollower = (alias) => new AliasFollower(name, alias, { versions, now, refreshMs, onEvent });
    this.#defaultAlias = this.#createFollower(DEFAULT_ALIAS);
  }

  /**
   * Returns the model that serves a request. The first request of an isolate loads it.
   * @returns undefined when there is no such alias or version
   * @throws ExplainedError when no model can serve
   */
  async model(
    bucket: R2Bucket,
    { alias = DEFAULT_ALIAS, version }: VersionSelector = {},
  ): Promise<ServedModel | undefined> {
    if (version !== undefined) return this.#versionModel(bucket, version);
    return alias === DEFAULT_ALIAS ? this.#defaultModel(bucket) : this.#aliasModel(bucket, alias);
  }

  /**
   * Returns the ONNX file of a version.
   * @returns undefined when there is no such version
   * @throws ExplainedError when the file cannot be read
   */
  weights(bucket: R2Bucket, version: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#versions.weights(bucket, version);
  }

  /** The model of the default alias, or the bundled one, if it is loaded. */
  get current(): ServedModel | undefined {
    const { model } = this.#defaultAlias;
    if (model) return { ...model, alias: DEFAULT_ALIAS };
    return this.#bundled && { ...this.#bundled, alias: BUNDLED_ALIAS };
  }

  /** State of the default alias in the object store. */
  get store(): StoreState {
    return this.#defaultAlias.state;
  }

  /** Refreshes the aliases whose last refresh is too old. Never throws. */
  async refresh(bucket: R2Bucket): Promise<void> {
    const others = this.#otherAliases.values();
    // Until a model is loaded, the default alias is left to the first request that needs it.
    const followers = this.current ? [this.#defaultAlias, ...others] : others;
    await Promise.all(followers.filter(({ isDue }) => isDue).map((follower) => follower.refresh(bucket)));
  }

  async #defaultModel(bucket: R2Bucket): Promise<ServedModel> {
    if (!this.current) {
      if (this.#bundledError && !this.#defaultAlias.isDue) throw this.#bundledError;
      await this.#defaultAlias.refresh(bucket);
    }
    if (this.current) return this.current;
    try {
      this.#bundled = await this.#versions.bundled();
      return { ...this.#bundled, alias: BUNDLED_ALIAS };
    } catch (error) {
      this.#bundledError = error;
      throw error;
    }
  }

  async #aliasModel(bucket: R2Bucket, alias: string): Promise<ServedModel | undefined> {
    if (!isName(alias)) return undefined;
    const follower =
      this.#otherAliases.get(alias) ?? this.#candidates.get(alias) ?? this.#createFollower(alias);
    if (!follower.model) {
      this.#candidates.set(alias, follower);
      // Concurrent first requests each read the alias. None of them may answer before one of these reads has ended.
      if (follower.isDue || follower.isRefreshing) await follower.refresh(bucket);
    }
    if (follower.model) {
      this.#candidates.delete(alias);
      this.#otherAliases.set(alias, follower);
      return { ...follower.model, alias };
    }
    if (follower.isAbsent) return undefined;
    throw unavailable(`the alias ${alias}`, follower.state.error);
  }

  async #versionModel(bucket: R2Bucket, version: string): Promise<ServedModel | undefined> {
    try {
      const model = await this.#versions.get(bucket, version);
      return model && { ...model, alias: null };
    } catch (error) {
      throw unavailable(`version ${version}`, error instanceof Error ? error.message : String(error), error);
    }
  }
}

/** The message may contain the alias or the version of the request, because both are valid names at this point. */
const unavailable = (what: string, got: string | null, cause?: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `cannot serve ${what}`,
    ...(got !== null && { got }),
    cause,
  });
