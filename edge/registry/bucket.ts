/** @file Reads of the R2 bucket with a timeout. */
import { ExplainedError } from '#shared/errors.ts';

/** Milliseconds after which a read counts as failed. */
const TIMEOUT_MS = 3_000;

export interface StoredObject {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/**
 * Reads an object.
 * @returns undefined when the bucket has no such object
 * @throws ExplainedError of kind `store` on timeout, and the errors of R2
 */
export function readObject(bucket: R2Bucket, key: string): Promise<StoredObject | undefined> {
  return withTimeout(key, async () => stored(await bucket.get(key)));
}

/**
 * Reads an object unless its ETag is still `etag`.
 * @returns undefined when the bucket has no such object
 * @throws ExplainedError of kind `store` on timeout, and the errors of R2
 */
export function readIfChanged(
  bucket: R2Bucket,
  key: string,
  etag: string,
): Promise<StoredObject | 'unchanged' | undefined> {
  return withTimeout(key, async () => {
    const object = await bucket.get(key, { onlyIf: { etagDoesNotMatch: etag } });
    // R2 returns the metadata without a body when the condition fails.
    return object && !('body' in object) ? 'unchanged' : stored(object);
  });
}

/**
 * Lists the names that follow `prefix` in the bucket's keys, up to the next slash: at most 1,000.
 * @throws ExplainedError of kind `store` on timeout, and the errors of R2
 */
export async function listNames(bucket: R2Bucket, prefix: string): Promise<string[]> {
  const { delimitedPrefixes } = await withTimeout(prefix, () => bucket.list({ prefix, delimiter: '/' }));
  return delimitedPrefixes.map((name) => name.slice(prefix.length, -1));
}

async function stored(object: R2ObjectBody | null): Promise<StoredObject | undefined> {
  return object ? { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag } : undefined;
}

/** @throws ExplainedError of kind `store` on timeout, and the errors of `access` */
export async function withTimeout<T>(key: string, access: () => Promise<T>): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const expected = `an answer within ${TIMEOUT_MS} ms`;
  const error = new ExplainedError({ kind: 'store', what: `cannot access ${key}`, expected, got: 'none' });
  const timer = setTimeout(() => reject(error), TIMEOUT_MS);
  try {
    return await Promise.race([access(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
