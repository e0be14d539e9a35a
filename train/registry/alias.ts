/** @file Reads and writes an alias. Other processes may change an alias at the same time, so every write is a compare-and-swap. */
import { setTimeout } from 'node:timers/promises';
import { ExplainedError } from '#shared/errors.ts';
import {
  Alias,
  aliasKey,
  BUNDLED_ALIAS,
  CONTENT_TYPES,
  FORMAT_VERSION,
  parseStored,
  serializeStored,
} from '#shared/manifest.ts';
import { commandLine } from '../installation.ts';
import type { ObjectStore } from '../store/store.ts';

/** The result of a push, promotion or rollback. */
export interface Move {
  /** The version that the alias points at now. */
  version: string;
  /** The version that it pointed at before; undefined for a new alias. */
  from: string | undefined;
  /** False when it pointed at this version already. */
  moved: boolean;
}

/** The members of an alias that a move changes. */
type Decision = Pick<Alias, 'version' | 'previous' | 'withdrawn' | 'reason'>;

/** Most versions in each list of an alias, so that the object stays small. */
const MAX_HISTORY = 20;

/** Attempts to change an alias. One of n concurrent writers succeeds in each round, so ten concurrent writers all succeed. */
const ATTEMPTS = 10;

/** Longest wait in milliseconds after the first lost round. It grows with every round. */
const JITTER = 50;

/**
 * Returns the key of an alias that the trainer may write.
 * @throws ExplainedError of kind `usage` for an invalid or reserved name
 */
export function checkedAliasKey(name: string, alias: string): string {
  const invalid = (expected: string, cause?: unknown): ExplainedError =>
    new ExplainedError({
      kind: 'usage',
      what: 'cannot use this alias',
      expected,
      got: `${alias} of ${name}`,
      cause,
    });
  if (alias === BUNDLED_ALIAS) {
    throw invalid('another name; this one is reserved for the release in the Worker');
  }
  try {
    return aliasKey(name, alias);
  } catch (cause) {
    throw invalid('names of lower-case letters, digits and hyphens, at most 63 characters', cause);
  }
}

/** Reads an alias, with the ETag for a conditional write. Both are undefined when there is none. */
export async function readAlias(
  store: ObjectStore,
  key: string,
): Promise<{ current: Alias | undefined; etag: string | undefined }> {
  const object = await store.get(key);
  if (!object) return { current: undefined, etag: undefined };
  try {
    return { current: parseStored(Alias, key, object.bytes), etag: object.etag };
  } catch (cause) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot read ${key} in ${store.description}`,
      expected: `an alias of registry format ${FORMAT_VERSION}`,
      got: cause instanceof Error ? cause.message : String(cause),
      next: 'If a newer trainer wrote it, use that trainer. Otherwise delete this object and promote a version; the models are unharmed.',
      cause,
    });
  }
}

/**
 * Points an alias at the version that `decide` returns for its current content. Does nothing if it points there already. When another
 * process changes the alias meanwhile, it reads and decides again.
 * @param store a store with conditional writes
 * @throws ExplainedError of kind `conflict` when every attempt loses the race; anything that `decide` throws
 */
export async function moveAlias(
  store: ObjectStore,
  key: string,
  decide: (current: Alias | undefined) => Decision,
): Promise<Move> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { current, etag } = await readAlias(store, key);
    const { version, previous, withdrawn, reason } = decide(current);
    if (version === current?.version) return { version, from: version, moved: false };
    const next = serializeStored({
      formatVersion: FORMAT_VERSION,
      version,
      previous: previous.slice(0, MAX_HISTORY),
      withdrawn: withdrawn.slice(0, MAX_HISTORY),
      promotedAt: new Date().toISOString(),
      reason,
    });
    const condition = etag === undefined ? { ifAbsent: true as const } : { ifMatch: etag };
    if ((await store.put(key, next, CONTENT_TYPES.json, condition)) === 'written') {
      return { version, from: current?.version, moved: true };
    }
    await setTimeout(Math.random() * JITTER * attempt);
  }
  throw aliasConflict(key, 'no other writer', `${ATTEMPTS} other writes in a row`);
}

/** Makes the error for an alias that another process changed. */
export function aliasConflict(key: string, expected: string, got: string): ExplainedError {
  return new ExplainedError({
    kind: 'conflict',
    what: `cannot change ${key}: another process changed it meanwhile`,
    expected,
    got,
    next: `Check the alias with ${commandLine('status')}, then decide again.`,
  });
}
