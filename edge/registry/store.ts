/** @file Uses of the R2 bucket that end: with the object, with an explained error, or with a time-out. */
import { ExplainedError } from '#shared/errors.ts';

/** A store that has not answered by then counts as failing. */
const TIMEOUT_MS = 3_000;

export interface Stored {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/**
 * The object, or undefined when there is none.
 * @throws ExplainedError of kind `store` when there is no answer in time; whatever R2 throws
 */
export function readObject(bucket: R2Bucket, key: string): Promise<Stored | undefined> {
  return withTimeout(key, async () => stored(await bucket.get(key)));
}

/** Reads an object whose ETag is no longer `etag`. */
export function readChanged(
  bucket: R2Bucket,
  key: string,
  etag: string,
): Promise<Stored | 'unchanged' | undefined> {
  return withTimeout(key, async () => {
    const object = await bucket.get(key, { onlyIf: { etagDoesNotMatch: etag } });
    // R2 gives the metadata without a body when the condition does not hold.
    return object && !('body' in object) ? 'unchanged' : stored(object);
  });
}

async function stored(object: R2ObjectBody | null): Promise<Stored | undefined> {
  return object ? { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag } : undefined;
}

/** @throws ExplainedError of kind `store` when there is no answer in time; whatever `reading` throws */
export async function withTimeout<T>(key: string, reading: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const expected = `an answer within ${TIMEOUT_MS} ms`;
  const tooLate = new ExplainedError({ kind: 'store', what: `cannot use ${key}`, expected, got: 'none' });
  const timer = setTimeout(() => reject(tooLate), TIMEOUT_MS);
  try {
    return await Promise.race([reading(), late]);
  } finally {
    clearTimeout(timer);
  }
}
