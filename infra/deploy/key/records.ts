/** @file Creates, lists and revokes key records. edge/access/key-record.ts describes them. */
import { randomBytes } from 'node:crypto';
import { sha256 } from '#shared/digest.ts';
import { ExplainedError } from '#shared/errors.ts';
import { CONTENT_TYPES, serializeStored } from '#shared/manifest.ts';
import {
  isActive,
  KEYS,
  type KeyRecord,
  parseRecord,
  recordKey,
  type Scope,
} from '../../../edge/access/key-record.ts';
import type { ObjectStore } from '../../../train/store/store.ts';

/** Digits of a key's SHA-256 that identify it on the command line. */
const ID_LENGTH = 8;

/** Records that are read at the same time. */
const PARALLEL = 20;

export interface NewKey {
  name: string;
  scopes: readonly (Scope | 'page')[];
  models?: readonly string[] | undefined;
  /** Milliseconds since the epoch. */
  expires?: number | undefined;
}

export const idOf = ({ sha256 }: KeyRecord): string => sha256.slice(0, ID_LENGTH);

/** Makes an API key. */
export const newApiKey = (): string => `tinyvgg_${randomBytes(32).toString('base64url')}`;

/**
 * Makes a key and writes its record, in one write. A key of the scope `page` is public, so its record contains it.
 * @returns the key, which nothing else has, and its record
 * @throws ExplainedError of kind `store`
 */
export async function createKey(
  store: ObjectStore,
  { name, scopes, models, expires }: NewKey,
): Promise<{ key: string; record: KeyRecord }> {
  const isPage = scopes.includes('page');
  const key = isPage ? `site_${randomBytes(16).toString('base64url')}` : newApiKey();
  const record: KeyRecord = {
    formatVersion: 1,
    name,
    sha256: await sha256(new Uint8Array(Buffer.from(key))),
    ...(isPage && { key }),
    scopes: [...scopes],
    ...(models && { models: [...models] }),
    created: new Date().toISOString(),
    ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
  };
  await write(store, record);
  return { key, record };
}

/**
 * Reads all records, oldest first.
 * @throws ExplainedError of kind `store`; of kind `model` for an object that is no record
 */
export async function listKeys(store: ObjectStore): Promise<KeyRecord[]> {
  const names = await store.list(KEYS);
  const records: KeyRecord[] = [];
  for (let at = 0; at < names.length; at += PARALLEL) {
    const part = await Promise.all(names.slice(at, at + PARALLEL).map((name) => read(store, name)));
    records.push(...part.filter((record) => record !== undefined));
  }
  return records.sort((a, b) => (a.created < b.created ? -1 : 1));
}

/**
 * Revokes the active key with this name or id.
 * @throws ExplainedError of kind `usage` when there is none, or several have the name
 */
export async function revokeKey(store: ObjectStore, nameOrId: string): Promise<KeyRecord> {
  const active = (await listKeys(store)).filter((record) => isActive(record, Date.now()));
  const byId = active.filter((record) => idOf(record) === nameOrId);
  const matching = byId.length > 0 ? byId : active.filter(({ name }) => name === nameOrId);
  const [first] = matching;
  if (!first || matching.length > 1) {
    throw new ExplainedError({
      kind: 'usage',
      what: `cannot revoke ${nameOrId}`,
      expected: first
        ? 'the ID of one key'
        : 'the name or the ID of a key that is neither revoked nor expired',
      got: first ? `the name of several: ${matching.map(idOf).join(', ')}` : nameOrId,
      next: 'Run npm run key -- list for the IDs.',
    });
  }
  const revoked = { ...first, revoked: new Date().toISOString() };
  await write(store, revoked);
  return revoked;
}

/**
 * Returns the key of the Worker's own pages, and makes one if the bucket has no record of any: an operator who revokes it, or lets it expire, closes the
 * pages for good.
 * @returns undefined when all of them are revoked or expired
 */
export async function ensurePageKey(
  store: ObjectStore,
): Promise<{ key: string; created: boolean } | undefined> {
  const all = (await listKeys(store)).filter(({ scopes }) => scopes.includes('page'));
  const active = all.findLast((record) => isActive(record, Date.now()));
  if (active?.key) return { key: active.key, created: false };
  if (all.length > 0) return undefined;
  const { key } = await createKey(store, { name: 'page', scopes: ['page'] });
  return { key, created: true };
}

async function write(store: ObjectStore, record: KeyRecord): Promise<void> {
  await store.put(recordKey(record.sha256), serializeStored(record), CONTENT_TYPES.json);
}

async function read(store: ObjectStore, name: string): Promise<KeyRecord | undefined> {
  const object = await store.get(name);
  if (!object) return undefined;
  try {
    return parseRecord(object.bytes, name.slice(KEYS.length, -'.json'.length));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'model',
      what: `cannot read ${name} in ${store.description}`,
      expected: 'a key record of format 1',
      got: cause instanceof Error ? cause.message : String(cause),
      next: 'Delete the object. It admits nobody.',
      cause,
    });
  }
}
