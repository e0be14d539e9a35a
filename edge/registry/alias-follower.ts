/** @file Follows one alias in the object store and keeps its last good version. */
import { Alias, aliasKey, LARGEST_ALIAS, modelKey, parseStored } from '#shared/manifest.ts';
import { missingObject, readIfChanged, readObject } from './bucket.ts';
import type { VersionCache } from './version-cache.ts';

/** Default time between two refreshes of an alias, in milliseconds. */
export const REFRESH_MS = 30_000;

/** The outcome of past refreshes. Times are ISO 8601 in UTC. */
export interface StoreState {
  /** Time of the last refresh. */
  checkedAt: string | null;
  /** Time of the last successful refresh. */
  succeededAt: string | null;
  /** Number of failed refreshes since the last successful one. */
  failures: number;
  /** Error of the last refresh, if it failed. */
  error: string | null;
}

/** Reported after each refresh of an alias. */
export interface RefreshEvent {
  type: 'refresh';
  alias: string;
  /** Whether it is the default alias of the default model. */
  isDefault: boolean;
  outcome: 'changed' | 'unchanged' | 'absent' | 'failed';
  /** With `changed`: the version that serves from now on. */
  version?: string;
  /** With `changed`: the version that served before. Undefined for the first version. */
  replaced?: string;
  /** With `absent` and `failed`: why no model was loaded. */
  error?: unknown;
}

export interface FollowerOptions {
  /** Whether this is the default alias of the default model. */
  isDefault: boolean;
  versions: VersionCache;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds between two refreshes. */
  refreshMs: number;
  onEvent: (event: RefreshEvent) => void;
}

/** A version with the ETag of the alias object that points at it. */
interface AliasTarget {
  version: string;
  etag: string;
}

export class AliasFollower {
  /** Name of the model. */
  readonly name: string;
  readonly #alias: string;
  readonly #options: FollowerOptions;
  /** Replaced as a whole, so that no request sees a half-finished change. */
  #target: AliasTarget | undefined;
  #isAbsent = false;
  #checkedAt: number | undefined;
  #succeededAt: number | undefined;
  #failures = 0;
  #failure: unknown;
  /** Number of refreshes that have started. */
  #started = 0;
  /** Number of the latest refresh whose result was applied. */
  #applied = 0;

  constructor(name: string, alias: string, options: FollowerOptions) {
    this.name = name;
    this.#alias = alias;
    this.#options = options;
  }

  /** The last version that was loaded and passed every check. The version cache has it, or has evicted it. */
  get version(): string | undefined {
    return this.#target?.version;
  }

  /** Whether the last refresh found no such alias. */
  get isAbsent(): boolean {
    return this.#isAbsent;
  }

  /** Whether the last refresh is too old or there was none. */
  get isDue(): boolean {
    const { now, refreshMs } = this.#options;
    return this.#checkedAt === undefined || now() - this.#checkedAt >= refreshMs;
  }

  /** Whether a refresh is under way. A request cannot wait for it: workerd cancels I/O with the request that started it. */
  get isRefreshing(): boolean {
    return this.#started > this.#applied;
  }

  get state(): StoreState {
    const failure = this.#failure;
    return {
      checkedAt: isoTime(this.#checkedAt),
      succeededAt: isoTime(this.#succeededAt),
      failures: this.#failures,
      error: failure === undefined ? null : failure instanceof Error ? failure.message : String(failure),
    };
  }

  /** Reads the alias and loads its model. Never throws. */
  async refresh(bucket: R2Bucket): Promise<void> {
    this.#checkedAt = this.#options.now();
    this.#started += 1;
    const turn = this.#started;
    const apply = await this.#read(bucket).then(
      (target) => () => this.#succeed(target),
      (error: unknown) => () => this.#fail(error),
    );
    // A later refresh has finished first, so this result is outdated.
    if (turn < this.#applied) return;
    this.#applied = turn;
    this.#options.onEvent(apply());
  }

  async #read(bucket: R2Bucket): Promise<AliasTarget | 'unchanged'> {
    const key = aliasKey(this.name, this.#alias);
    const etag = this.#target?.etag;
    const stored = await (etag
      ? readIfChanged(bucket, key, etag, LARGEST_ALIAS)
      : readObject(bucket, key, LARGEST_ALIAS));
    this.#isAbsent = !stored;
    if (stored === 'unchanged') return stored;
    if (!stored) throw missingObject(key);
    const { version } = parseStored(Alias, key, stored.bytes);
    const { versions, isDefault } = this.#options;
    const isLoaded = version === this.version || (await versions.get(bucket, this.name, version, isDefault));
    if (!isLoaded) throw missingObject(modelKey(this.name, version, 'json'));
    return { version, etag: stored.etag };
  }

  #succeed(target: AliasTarget | 'unchanged'): RefreshEvent {
    this.#succeededAt = this.#options.now();
    this.#failures = 0;
    this.#failure = undefined;
    const replaced = this.version;
    if (target !== 'unchanged') this.#target = target;
    const { version } = this;
    const event = { type: 'refresh', alias: this.#alias, isDefault: this.#options.isDefault } as const;
    if (version === undefined || version === replaced) return { ...event, outcome: 'unchanged' };
    return { ...event, outcome: 'changed', version, ...(replaced && { replaced }) };
  }

  #fail(error: unknown): RefreshEvent {
    this.#failures += 1;
    this.#failure = error;
    const outcome = this.#isAbsent ? 'absent' : 'failed';
    return { type: 'refresh', alias: this.#alias, isDefault: this.#options.isDefault, outcome, error };
  }
}

const isoTime = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
