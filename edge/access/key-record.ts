/**
 * @file A key record: the object of the bucket KEYS that admits the holder of one key. `npm run key` and `npm run deploy` write it.
 *
 * ```
 * keys/<sha256>.json   <sha256> is that of the key, which no object contains
 * ```
 *
 * One object a key, so that each write is atomic and touches no other key. A revoked key keeps its record, with the time.
 */
import * as v from 'valibot';
import { isName } from '#shared/manifest.ts';
import { Time } from '#shared/validation.ts';

/** The prefix makes a key recognizable to scanners for leaked secrets. Only keys of this form are looked up. */
const KEY = /^tinyvgg_[\w-]{43}$/;
const PAGE_KEY = /^site_[\w-]{22}$/;

export const isApiKey = (text: string): boolean => KEY.test(text);
export const isPageKey = (text: string): boolean => PAGE_KEY.test(text);

/**
 * What the holder of a key may do.
 * - `classify`: classify images, and renew tokens
 * - `verify`: verify tokens
 * - `metrics`: read /metrics
 * - `page`: classify as a visitor of the Worker's own pages. Only the public key of these pages has this scope.
 */
export const SCOPES = ['classify', 'verify', 'metrics'] as const;
export type Scope = (typeof SCOPES)[number];

/** Bytes of the largest record, with a long list of models. */
export const LARGEST_RECORD = 64 * 1024;

export const KEY_NAME = /^[\w.-]{1,64}$/;

export const KeyRecord = v.object({
  formatVersion: v.literal(1),
  /** Name of the holder, for rate limits and telemetry. Several keys may have the same name while one replaces the other. */
  name: v.pipe(v.string(), v.regex(KEY_NAME)),
  sha256: v.string(),
  /** The key itself, only of the scope `page`: it is public. */
  key: v.exactOptional(v.string()),
  scopes: v.array(v.picklist([...SCOPES, 'page'])),
  /** Names of the models that the key is limited to; absent for all. */
  models: v.exactOptional(v.array(v.pipe(v.string(), v.check(isName)))),
  created: Time,
  expires: v.exactOptional(Time),
  revoked: v.exactOptional(Time),
});
export type KeyRecord = v.InferOutput<typeof KeyRecord>;

/** The object keys of all records begin with this. */
export const KEYS = 'keys/';

/** Returns the object key of the record of a key. @param sha256 of the key */
export const recordKey = (sha256: string): string => `${KEYS}${sha256}.json`;

/** Returns whether a record admits its holder at a time. @param now milliseconds since the epoch */
export const isActive = ({ expires, revoked }: KeyRecord, now: number): boolean =>
  revoked === undefined && (expires === undefined || Date.parse(expires) > now);

/**
 * Parses a record.
 * @param sha256 of its key. A record under the name of another key admits nobody.
 * @throws an Error when the bytes are not the record of this key
 */
export function parseRecord(bytes: Uint8Array, sha256: string): KeyRecord {
  const record = v.parse(KeyRecord, JSON.parse(new TextDecoder().decode(bytes)));
  if (record.sha256 !== sha256) throw new Error(`the record is that of ${record.sha256}`);
  return record;
}
