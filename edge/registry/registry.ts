/**
 * @file The read side of the registry (shared/manifest.ts): selects the model that serves a request.
 *
 * An alias points at a manifest, and a manifest at its weights. All three are checked. The last good version of a model keeps serving
 * when the object store fails. Before the first good version of the default model, the bundled model serves. A request may select
 * another model, alias or version.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import type { LoadedModel } from '#shared/inference/model.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, isName } from '#shared/manifest.ts';
import { LruMap } from '../lru-map.ts';
import { AliasFollower, REFRESH_MS, type RefreshEvent, type StoreState } from './alias-follower.ts';
import { type ListedModel, ModelList, readAlias } from './model-list.ts';
import type { SelectedModel, ServedModel } from './served-model.ts';
import { type BundledModel, MODEL_MEMORY, type RefusalEvent, VersionCache } from './version-cache.ts';

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
  /** Bytes of memory for models. Defaults to MODEL_MEMORY. */
  memory?: number;
  onEvent: (event: RegistryEvent) => void;
}

/** A model, and one of its versions or the alias that points at one. Defaults to the default model and the default alias. */
export interface ModelSelector {
  name?: string | undefined;
  alias?: string | undefined;
  version?: string | undefined;
}

/** Number of aliases whose state an isolate keeps beside the default one: those that requests selected last. */
const FOLLOWED_ALIASES = 100;

/** Number of aliases without a good version so far. */
const CANDIDATES = 6;

export class Registry {
  /** Name of the default model: that of the bundled one. */
  readonly name: string;
  readonly #versions: VersionCache;
  readonly #createFollower: (name: string, alias: string) => AliasFollower;
  readonly #defaultAlias: AliasFollower;
  readonly #list: ModelList;
  /** By model and alias. */
  readonly #otherAliases = new LruMap<string, AliasFollower>(FOLLOWED_ALIASES);
  /** Aliases without a model so far, such as absent ones. They are kept apart, so that they evict no alias that serves. */
  readonly #candidates = new LruMap<string, AliasFollower>(CANDIDATES);
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
    memory = MODEL_MEMORY,
    onEvent,
  }: RegistryOptions) {
    const { name } = bundled.manifest;
    const versions = new VersionCache({
      engines: fallback ? [engine, fallback] : [engine],
      bundled,
      memory,
      isDefault: (model, version) =>
        model === name && version === (this.#defaultAlias.version ?? bundled.manifest.version),
      onEvent,
    });
    this.name = name;
    this.#versions = versions;
    const options = { versions, now, refreshMs, onEvent };
    this.#createFollower = (name, alias) => new AliasFollower(name, alias, { ...options, isDefault: false });
    this.#defaultAlias = new AliasFollower(name, DEFAULT_ALIAS, { ...options, isDefault: true });
    this.#list = new ModelList(now, refreshMs);
  }

  /**
   * Returns the model that serves a request. The first request of an isolate loads it.
   * @returns undefined when there is no such model, alias or version
   * @throws ExplainedError when no model can serve
   */
  async model(
    bucket: R2Bucket,
    { name = this.name, alias = DEFAULT_ALIAS, version }: ModelSelector = {},
  ): Promise<ServedModel | undefined> {
    if (!isName(name)) return undefined;
    if (version !== undefined) return this.#versionModel(bucket, name, version);
    const isDefault = name === this.name && alias === DEFAULT_ALIAS;
    return isDefault ? this.#defaultModel(bucket) : this.#aliasModel(bucket, name, alias);
  }

  /**
   * Returns what `model` would return, but reads only the manifest of a model that is not loaded: everybody may request it, so it must cost
   * little and evict no model that serves.
   * @returns undefined when there is no such model, alias or version
   * @throws ExplainedError when it cannot be read
   */
  async manifest(
    bucket: R2Bucket,
    { name = this.name, alias = DEFAULT_ALIAS, version }: ModelSelector = {},
  ): Promise<SelectedModel | undefined> {
    if (version === undefined && name === this.name && alias === DEFAULT_ALIAS)
      return this.#defaultModel(bucket);
    if (!isName(name) || !isName(alias)) return undefined;
    const follower = this.#otherAliases.get(`${name}/${alias}`);
    const followed = follower && this.#isLoaded(follower) ? follower.version : undefined;
    try {
      const target = version ?? followed ?? (await readAlias(bucket, name, alias))?.version;
      const manifest = target && (await this.#versions.manifest(bucket, name, target));
      return manifest ? { manifest, alias: version === undefined ? alias : null } : undefined;
    } catch (error) {
      throw unavailable(`${alias} of ${name}`, messageOf(error), error);
    }
  }

  /** Lists the models of the bucket beside the default one, sorted by name. */
  async others(bucket: R2Bucket): Promise<ListedModel[]> {
    return (await this.#list.get(bucket)).filter(({ name }) => name !== this.name);
  }

  /** Opens the ONNX file of a version, as the version cache does. @throws ExplainedError when it cannot be read */
  async weights(...file: Parameters<VersionCache['weights']>): ReturnType<VersionCache['weights']> {
    try {
      return await this.#versions.weights(...file);
    } catch (error) {
      // Such as that of a range behind the end of a file that is shorter than its manifest says.
      throw unavailable(`version ${file[2]}`, messageOf(error), error);
    }
  }

  /** The model of the default alias, or the bundled one, if it is loaded. */
  get current(): ServedModel | undefined {
    const { version } = this.#defaultAlias;
    const model = version === undefined ? undefined : this.#versions.peek(this.name, version);
    if (model) return { ...model, alias: DEFAULT_ALIAS };
    return this.#bundled && { ...this.#bundled, alias: BUNDLED_ALIAS };
  }

  /** State of the default alias in the object store. */
  get store(): StoreState {
    return this.#defaultAlias.state;
  }

  /** Refreshes the aliases whose model is in memory and whose last refresh is too old. Never throws. */
  async refresh(bucket: R2Bucket): Promise<void> {
    const others = this.#otherAliases.values().filter((follower) => this.#isLoaded(follower));
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

  async #aliasModel(bucket: R2Bucket, name: string, alias: string): Promise<ServedModel | undefined> {
    if (!isName(alias)) return undefined;
    const key = `${name}/${alias}`;
    const follower =
      this.#otherAliases.get(key) ?? this.#candidates.get(key) ?? this.#createFollower(name, alias);
    if (!this.#isLoaded(follower)) {
      if (follower.version === undefined) this.#candidates.set(key, follower);
      // Concurrent first requests each read the alias. None of them may answer before one of these reads has ended.
      if (follower.isDue || follower.isRefreshing) await follower.refresh(bucket);
    }
    const { version } = follower;
    if (version === undefined) {
      if (follower.isAbsent) return undefined;
      throw unavailable(`the alias ${alias} of ${name}`, follower.state.error);
    }
    this.#candidates.delete(key);
    this.#otherAliases.set(key, follower);
    // Loads the version again if it was evicted.
    const model = await this.#versionModel(bucket, name, version);
    return model && { ...model, alias };
  }

  #isLoaded({ name, version }: AliasFollower): boolean {
    return version !== undefined && this.#versions.peek(name, version) !== undefined;
  }

  async #versionModel(bucket: R2Bucket, name: string, version: string): Promise<ServedModel | undefined> {
    try {
      const model = await this.#versions.get(bucket, name, version);
      return model && { ...model, alias: null };
    } catch (error) {
      throw unavailable(`version ${version}`, messageOf(error), error);
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The message may contain the alias or the version of the request, because both are valid names at this point. */
const unavailable = (what: string, got: string | null, cause?: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `cannot serve ${what}`,
    ...(got !== null && { got }),
    cause,
  });
