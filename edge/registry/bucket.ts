/** @file Reads of the R2 bucket with a timeout. */
import { ExplainedError } from '#shared/errors.ts';

/** Milliseconds after which a read counts as failed. */
const TIMEOUT_MS = 3_000;

/** Bytes per millisecond at which a large file must arrive at least. */
const SLOWEST_RATE = 2_000;

/** Returns the time in milliseconds after which the read of a large file counts as failed. */
export const readLimit = (bytes: number): number => TIMEOUT_MS + Math.ceil(bytes / SLOWEST_RATE);

export interface StoredObject {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
}

/**
 * Reads an object.
 * @param most largest size in bytes
 * @returns undefined when the bucket has no such object
 * @throws ExplainedError of kind `store` when the object is larger or on timeout, and the errors of R2
 */
export function readObject(bucket: R2Bucket, key: string, most: number): Promise<StoredObject | undefined> {
  return withTimeout(key, async () => stored(await bucket.get(key), key, most));
}

/**
 * Reads an object unless its ETag is still `etag`.
 * @param most largest size in bytes
 * @returns undefined when the bucket has no such object
 * @throws ExplainedError of kind `store` when the object is larger or on timeout, and the errors of R2
 */
export function readIfChanged(
  bucket: R2Bucket,
  key: string,
  etag: string,
  most: number,
): Promise<StoredObject | 'unchanged' | undefined> {
  return withTimeout(key, async () => {
    const object = await bucket.get(key, { onlyIf: { etagDoesNotMatch: etag } });
    // R2 returns the metadata without a body when the condition fails.
    return object && !('body' in object) ? 'unchanged' : stored(object, key, most);
  });
}

/** Bytes of the largest object that is read whole before it is sent. */
const LARGEST_BUFFERED = 2 * 2 ** 20;

export interface ObjectRange {
  offset: number;
  length: number;
}

/**
 * Opens an object or a part of it, to send it. A large one is a stream, because the isolate has no room for it; of a smaller one, a read
 * that stalls ends with an error.
 * @returns undefined when the bucket has no such object
 * @throws ExplainedError of kind `store` on timeout, and the errors of R2
 */
export function openObject(
  bucket: R2Bucket,
  key: string,
  range?: ObjectRange,
): Promise<Uint8Array<ArrayBuffer> | ReadableStream | undefined> {
  return withTimeout(key, async () => {
    const object = await bucket.get(key, range && { range });
    if (!object) return undefined;
    const isLarge = (range?.length ?? object.size) > LARGEST_BUFFERED;
    return isLarge ? object.body : new Uint8Array(await object.arrayBuffer());
  });
}

/**
 * Reads a large object into one buffer. `arrayBuffer()` would hold it twice while it joins the chunks.
 * @param most largest size in bytes
 * @throws ExplainedError of kind `store` when the object is missing or larger, on timeout, and the errors of R2
 */
export function readFile(bucket: R2Bucket, key: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  return withTimeout(
    key,
    async () => {
      const object = await bucket.get(key);
      if (!object) throw missingObject(key);
      await checkSize(object, key, most);
      const file = new Uint8Array(object.size);
      let at = 0;
      for await (const chunk of object.body) {
        file.set(chunk, at);
        at += chunk.length;
      }
      return file;
    },
    readLimit(most),
  );
}

/** Returns the error for an object that the bucket lacks. */
export const missingObject = (key: string): ExplainedError =>
  new ExplainedError({
    kind: 'store',
    what: `the bucket has no ${key}`,
    next: 'Push a model, then promote it.',
  });

/**
 * Lists the names that follow `prefix` in the bucket's keys, up to the next slash: at most 1,000.
 * @throws ExplainedError of kind `store` on timeout, and the errors of R2
 */
export async function listNames(bucket: R2Bucket, prefix: string): Promise<string[]> {
  const { delimitedPrefixes } = await withTimeout(prefix, () => bucket.list({ prefix, delimiter: '/' }));
  return delimitedPrefixes.map((name) => name.slice(prefix.length, -1));
}

async function stored(
  object: R2ObjectBody | null,
  key: string,
  most: number,
): Promise<StoredObject | undefined> {
  if (!object) return undefined;
  await checkSize(object, key, most);
  return { bytes: new Uint8Array(await object.arrayBuffer()), etag: object.etag };
}

/** Refuses an object before its body is read. @throws ExplainedError of kind `store` */
async function checkSize({ size, body }: R2ObjectBody, key: string, most: number): Promise<void> {
  if (size <= most) return;
  await body.cancel();
  const [expected, got] = [`at most ${most} bytes`, `${size}`];
  throw new ExplainedError({ kind: 'store', what: `cannot read ${key}`, expected, got });
}

/** @throws ExplainedError of kind `store` on timeout, and the errors of `access` */
export async function withTimeout<T>(key: string, access: () => Promise<T>, limit = TIMEOUT_MS): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const expected = `an answer within ${limit} ms`;
  const error = new ExplainedError({ kind: 'store', what: `cannot access ${key}`, expected, got: 'none' });
  const timer = setTimeout(() => reject(error), limit);
  try {
    return await Promise.race([access(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
