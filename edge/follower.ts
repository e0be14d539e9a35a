/** @file One alias, followed: what it means, and the last good meaning whatever the store does. */
import { Alias, aliasKey, modelKey, parseStored } from '#shared/manifest.ts';
import type { LoadedModel } from './model.ts';
import { readChanged, readObject } from './store.ts';
import { missing, type Versions } from './versions.ts';

/** The alias is read again when the last look is older than this. */
export const REFRESH_MS = 30_000;

/** When the store was last looked at, and why that changed nothing, if it should have. */
export interface StoreState {
  checkedAt: string | null;
  error: string | null;
}

export interface Follower {
  /** What the alias means as far as is known. */
  current(): LoadedModel | undefined;
  /** The last look is older than REFRESH_MS, or there was none. */
  isDue(): boolean;
  /** Looks at the alias, and loads what it means now. Never throws. */
  look(bucket: R2Bucket): Promise<void>;
  /** At the last look the store had no such alias. */
  isAbsent(): boolean;
  state(): StoreState;
}

/** Follows an alias of the model `name`. */
export function createFollower(name: string, alias: string, versions: Versions, now: () => number): Follower {
  const key = aliasKey(name, alias);
  /** Replaced as a whole, so that no request sees half of a change. */
  let current: { model: LoadedModel; etag: string } | undefined;
  let checkedAt: number | undefined;
  let failure: unknown;
  let absent = false;

  async function follow(bucket: R2Bucket): Promise<void> {
    const etag = current?.etag;
    const stored = await (etag ? readChanged(bucket, key, etag) : readObject(bucket, key));
    absent = !stored;
    if (stored === 'unchanged') return;
    if (!stored) throw missing(key);
    const { version } = parseStored(Alias, key, stored.bytes);
    const isSame = current?.model.manifest.version === version;
    const model = isSame ? current?.model : await versions.get(bucket, version);
    if (!model) throw missing(modelKey(name, version, 'json'));
    current = { model, etag: stored.etag };
  }

  return {
    current: () => current?.model,
    isDue: () => checkedAt === undefined || now() - checkedAt >= REFRESH_MS,
    async look(bucket) {
      checkedAt = now();
      try {
        await follow(bucket);
        failure = undefined;
      } catch (error) {
        failure = error;
        console.warn(`the store gives no model: ${error instanceof Error ? error.message : error}`);
      }
    },
    isAbsent: () => absent,
    state: () => ({
      checkedAt: checkedAt === undefined ? null : new Date(checkedAt).toISOString(),
      error: failure === undefined ? null : failure instanceof Error ? failure.message : String(failure),
    }),
  };
}
