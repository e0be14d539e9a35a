/**
 * @file The read side of the registry (shared/manifest.ts): which model answers.
 *
 * Alias → manifest → weights, each checked; the last good model stays whatever the store does, and before there is one the
 * release that is compiled into the Worker answers. A request may name another alias, or a version.
 */
import { ExplainedError } from '#shared/errors.ts';
import type { InferenceEngine } from '#shared/inference/engine.ts';
import type { LoadedModel } from '#shared/inference/model.ts';
import { BUNDLED_ALIAS, DEFAULT_ALIAS, isName } from '#shared/manifest.ts';
import { createFollower, type Follower, type LookEvent, REFRESH_MS, type StoreState } from './follower.ts';
import type { ServedModel } from './served-model.ts';
import { createVersions, type RefusalEvent, type Release } from './versions.ts';

export type RegistryEvent = LookEvent | RefusalEvent;

export interface RegistryOptions {
  engine: InferenceEngine;
  /** Computes the models that `engine` does not. */
  fallback?: InferenceEngine | undefined;
  bundled: Release;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Milliseconds between two looks at an alias; REFRESH_MS unless given. */
  refreshMs?: number | undefined;
  onEvent: (event: RegistryEvent) => void;
}

/** What a request asks for; without either, the default alias decides. */
export interface Wanted {
  alias?: string | undefined;
  version?: string | undefined;
}

export interface Registry {
  /** Name of the one model that is served. */
  readonly name: string;
  /**
   * The model that answers; undefined when the store knows no such alias or version. The isolate's first request loads it.
   * @throws ExplainedError when none serves
   */
  model(bucket: R2Bucket, wanted?: Wanted): Promise<ServedModel | undefined>;
  /** The ONNX file of a version; undefined when the store knows no such version. @throws ExplainedError when it cannot be read */
  weights(bucket: R2Bucket, version: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The model that answers unless a request names another, as far as one is loaded. */
  current(): ServedModel | undefined;
  /** Follows the aliases whose last look is too old. Never throws. */
  refresh(bucket: R2Bucket): Promise<void>;
  /** Of the default alias. */
  store(): StoreState;
}

/** Aliases beside the default one that an isolate follows: those that requests named last. */
const FOLLOWED = 4;

export function createRegistry(options: RegistryOptions): Registry {
  const { engine, fallback, bundled, now = Date.now, refreshMs = REFRESH_MS, onEvent } = options;
  const { name } = bundled.manifest;
  const versions = createVersions(fallback ? [engine, fallback] : [engine], bundled, onEvent);
  const follow = (alias: string) => createFollower(name, alias, { versions, now, refreshMs, onEvent });
  const byDefault = follow(DEFAULT_ALIAS);
  /** By alias, least recently named first. */
  const others = new Map<string, Follower>();
  /** The bundled release, once it answers; or why it cannot. */
  let standIn: LoadedModel | undefined;
  let failure: unknown;

  function current(): ServedModel | undefined {
    const model = byDefault.current();
    if (model) return { ...model, alias: DEFAULT_ALIAS };
    return standIn && { ...standIn, alias: BUNDLED_ALIAS };
  }

  async function defaultModel(bucket: R2Bucket): Promise<ServedModel> {
    if (!current()) {
      if (failure && !byDefault.isDue()) throw failure;
      await byDefault.look(bucket);
    }
    const model = current();
    if (model) return model;
    try {
      standIn = await versions.bundled();
      return { ...standIn, alias: BUNDLED_ALIAS };
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  async function aliasModel(bucket: R2Bucket, alias: string): Promise<ServedModel | undefined> {
    if (!isName(alias)) return undefined;
    const follower = others.get(alias) ?? follow(alias);
    others.delete(alias);
    others.set(alias, follower);
    const [oldest] = others.keys();
    if (others.size > FOLLOWED && oldest !== undefined) others.delete(oldest);
    if (!follower.current() && follower.isDue()) await follower.look(bucket);
    const model = follower.current();
    if (model) return { ...model, alias };
    if (follower.isAbsent()) return undefined;
    throw unavailable(`the alias ${alias}`, follower.state().error);
  }

  async function versionModel(bucket: R2Bucket, version: string): Promise<ServedModel | undefined> {
    try {
      const model = await versions.get(bucket, version);
      return model && { ...model, alias: null };
    } catch (error) {
      throw unavailable(`version ${version}`, error instanceof Error ? error.message : String(error), error);
    }
  }

  return {
    name,
    current,
    weights: versions.weights,
    async model(bucket, { alias = DEFAULT_ALIAS, version } = {}) {
      if (version !== undefined) return versionModel(bucket, version);
      return alias === DEFAULT_ALIAS ? defaultModel(bucket) : aliasModel(bucket, alias);
    },
    async refresh(bucket) {
      const due = [byDefault, ...others.values()].filter(
        (follower) => follower.isDue() && (follower !== byDefault || byDefault.current() || standIn),
      );
      await Promise.all(due.map((follower) => follower.look(bucket)));
    },
    store: () => byDefault.state(),
  };
}

/** Texts of the store, never of the client: an alias or a version that is no name is unknown before anybody reads it. */
const unavailable = (what: string, got: string | null, cause?: unknown): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `cannot serve ${what}`,
    ...(got !== null && { got }),
    cause,
  });
