/** @file An alias: the only object that changes, moved by compare-and-swap. */
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
import type { ObjectStore } from '../store/store.ts';

/** What a promotion or a rollback did. */
export interface Move {
  /** What the alias means now. */
  version: string;
  /** What it meant before; undefined for a new alias. */
  from: string | undefined;
  /** False when it meant this version already. */
  moved: boolean;
}

/** The part of an alias that a move decides. */
type Decision = Pick<Alias, 'version' | 'previous' | 'withdrawn' | 'reason'>;

/** Versions each list of an alias remembers, so that it stays a small object however often it moves. */
const REMEMBERED = 20;

/** Of n writers at the same time one wins in each round, so ten of them all get through. */
const ATTEMPTS = 10;

/** Longest wait in milliseconds after the first lost round; it grows with every round. */
const JITTER = 50;

/**
 * Key of an alias that may be moved.
 * @throws ExplainedError of kind `usage` for a name that no object can have
 */
export function checkedAliasKey(name: string, alias: string): string {
  const refused = (expected: string, cause?: unknown): ExplainedError =>
    new ExplainedError({
      kind: 'usage',
      what: 'cannot use this alias',
      expected,
      got: `${alias} of ${name}`,
      cause,
    });
  if (alias === BUNDLED_ALIAS) throw refused('another name: answers call the release in the Worker so');
  try {
    return aliasKey(name, alias);
  } catch (cause) {
    throw refused('names of lower-case letters, digits and hyphens, 63 characters at most', cause);
  }
}

/** What the alias says now, and the version of the object for a conditional write. */
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
      next: 'If a newer trainer wrote it, use that one. Otherwise remove this one object and promote a version; the models are unharmed.',
      cause,
    });
  }
}

/**
 * Moves the alias to what `decide` makes of its present content, or leaves it alone when that is the version it means already.
 * A lost race is read and decided again.
 * @param store one that checks conditions
 * @throws ExplainedError of kind `conflict` when every attempt lost its race, and whatever `decide` throws
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
      previous: previous.slice(0, REMEMBERED),
      withdrawn: withdrawn.slice(0, REMEMBERED),
      promotedAt: new Date().toISOString(),
      reason,
    });
    const condition = etag === undefined ? { ifAbsent: true as const } : { ifMatch: etag };
    if ((await store.put(key, next, CONTENT_TYPES.json, condition)) === 'written') {
      return { version, from: current?.version, moved: true };
    }
    await setTimeout(Math.random() * JITTER * attempt);
  }
  throw movedMeanwhile(key, `${ATTEMPTS} other writes`);
}

/** The error for a race that was lost for good. */
export function movedMeanwhile(key: string, got: string): ExplainedError {
  return new ExplainedError({
    kind: 'conflict',
    what: `cannot move ${key}: somebody else is moving it`,
    expected: 'to be the only one',
    got,
    next: 'Look at its status, then decide again.',
  });
}
