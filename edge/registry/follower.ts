/** @file One alias, followed: what it means, and the last good meaning whatever the store does. */

import type { LoadedModel } from '#shared/inference/model.ts';
import { Alias, aliasKey, modelKey, parseStored } from '#shared/manifest.ts';
import { readChanged, readObject } from './store.ts';
import { missing, type Versions } from './versions.ts';

/** The alias is read again when the last look is older than this, unless the registry is told otherwise. */
export const REFRESH_MS = 30_000;

/** What the looks at the store came to. */
export interface StoreState {
  /** When it was last looked at. */
  checkedAt: string | null;
  /** When that last succeeded. */
  succeededAt: string | null;
  /** Looks that failed since then. */
  failures: number;
  /** Why the last one failed. */
  error: string | null;
}

/** A look at an alias has ended. */
export interface LookEvent {
  type: 'look';
  alias: string;
  outcome: 'changed' | 'unchanged' | 'absent' | 'failed';
  /** What serves since this change. */
  version?: string;
  /** What served before it; absent at the first. */
  replaced?: string;
  /** Why it is absent or failed. */
  error?: unknown;
}

export interface Follower {
  /** What the alias means as far as is known. */
  current(): LoadedModel | undefined;
  /** The last look is too old, or there was none. */
  isDue(): boolean;
  /** Looks at the alias, and loads what it means now. Never throws. */
  look(bucket: R2Bucket): Promise<void>;
  /** At the last look the store had no such alias. */
  isAbsent(): boolean;
  state(): StoreState;
}

export interface FollowerOptions {
  versions: Versions;
  /** Milliseconds since the epoch. */
  now: () => number;
  refreshMs: number;
  onEvent: (event: LookEvent) => void;
}

/** What the alias means, and the ETag of the object that says so. */
interface Meaning {
  model: LoadedModel;
  etag: string;
}

/** Follows an alias of the model `name`. */
export function createFollower(name: string, alias: string, options: FollowerOptions): Follower {
  const { versions, now, refreshMs, onEvent } = options;
  const key = aliasKey(name, alias);
  /** Replaced as a whole, so that no request sees half of a change. */
  let current: Meaning | undefined;
  let checkedAt: number | undefined;
  let succeededAt: number | undefined;
  let failures = 0;
  let failure: unknown;
  let absent = false;
  /** Looks that have begun, and which of them was the last to count. */
  let begun = 0;
  let counted = 0;

  async function read(bucket: R2Bucket): Promise<Meaning | 'unchanged'> {
    const etag = current?.etag;
    const stored = await (etag ? readChanged(bucket, key, etag) : readObject(bucket, key));
    absent = !stored;
    if (stored === 'unchanged') return stored;
    if (!stored) throw missing(key);
    const { version } = parseStored(Alias, key, stored.bytes);
    const isSame = current?.model.manifest.version === version;
    const model = isSame ? current?.model : await versions.get(bucket, version);
    if (!model) throw missing(modelKey(name, version, 'json'));
    return { model, etag: stored.etag };
  }

  function succeed(meaning: Meaning | 'unchanged'): LookEvent {
    succeededAt = now();
    failures = 0;
    failure = undefined;
    const replaced = current?.model.manifest.version;
    if (meaning !== 'unchanged') current = meaning;
    const version = current?.model.manifest.version;
    if (version === undefined || version === replaced) return { type: 'look', alias, outcome: 'unchanged' };
    return { type: 'look', alias, outcome: 'changed', version, ...(replaced && { replaced }) };
  }

  function fail(error: unknown): LookEvent {
    failures += 1;
    failure = error;
    return { type: 'look', alias, outcome: absent ? 'absent' : 'failed', error };
  }

  return {
    current: () => current?.model,
    isDue: () => checkedAt === undefined || now() - checkedAt >= refreshMs,
    async look(bucket) {
      checkedAt = now();
      begun += 1;
      const turn = begun;
      const settle = await read(bucket).then(
        (meaning) => () => succeed(meaning),
        (error: unknown) => () => fail(error),
      );
      // A look that a later one has overtaken would turn the alias back.
      if (turn < counted) return;
      counted = turn;
      onEvent(settle());
    },
    isAbsent: () => absent,
    state: () => ({
      checkedAt: isoTime(checkedAt),
      succeededAt: isoTime(succeededAt),
      failures,
      error: failure === undefined ? null : failure instanceof Error ? failure.message : String(failure),
    }),
  };
}

const isoTime = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();
