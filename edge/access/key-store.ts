/**
 * @file Looks up key records in the bucket KEYS, and remembers them for the life of the isolate.
 *
 * | last read of the record        | the request                                                           |
 * | ------------------------------ | --------------------------------------------------------------------- |
 * | none                           | waits for a read; 503 if it fails                                     |
 * | less than 30 s ago             | does not wait                                                         |
 * | less than 60 s ago             | does not wait; the record is read again after the response            |
 * | earlier                        | waits for a read; if it fails, the record that was read last decides  |
 *
 * So a revoked key is refused after at most 60 s, and an outage of the bucket refuses no key that the isolate has admitted before. A new
 * key is admitted at once, unless the isolate has refused it in the last 30 s.
 */
import { sha256 } from '#shared/digest.ts';
import { HttpProblem } from '../http/problem.ts';
import { LruMap } from '../lru-map.ts';
import { readObject } from '../registry/bucket.ts';
import { log } from '../telemetry/log.ts';
import { isActive, type KeyRecord, LARGEST_RECORD, parseRecord, recordKey } from './key-record.ts';

const REFRESH_MS = 30_000;
const LIMIT_MS = 60_000;

/** Keys whose record an isolate remembers: 1 MB at most. */
const REMEMBERED = 2_000;

const RETRY_AFTER_S = 5;

const NEVER = Number.NEGATIVE_INFINITY;

interface Lookup {
  record: KeyRecord;
  /** Start of the last successful read, end of the last failed one since, and start of the last read after a response. */
  readAt: number;
  failedAt: number;
  refreshedAt: number;
}

/** What a lookup needs of its request. */
export interface LookupContext {
  bucket: R2Bucket;
  /** Called before the request waits for the bucket. */
  onWait(): void;
  /** Keeps the isolate alive for work after the response. */
  waitUntil(work: Promise<unknown>): void;
}

export class KeyStore {
  readonly #now: () => number;
  readonly #found = new LruMap<string, Lookup>(REMEMBERED);
  /** Times at which keys without a record were looked up. Kept apart, so that wrong keys evict no right one. */
  readonly #absent = new LruMap<string, number>(REMEMBERED);

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Returns the record of a key that is neither revoked nor expired; undefined when there is none.
   * @throws HttpProblem `keys-unavailable` when the bucket fails and the isolate does not remember the key
   */
  async find(key: string, context: LookupContext): Promise<KeyRecord | undefined> {
    const digest = await sha256(new Uint8Array(new TextEncoder().encode(key)));
    const now = this.#now();
    const found = this.#found.get(digest);
    if (found) {
      const since = (time: number) => now - time;
      const isDue = since(found.readAt) >= REFRESH_MS && since(found.failedAt) >= REFRESH_MS;
      if (isDue && since(found.readAt) >= LIMIT_MS) {
        // Not for the read of another request: workerd cancels I/O with the request that started it.
        await this.#wait(digest, context).catch(() => {});
      } else if (isDue && since(found.refreshedAt) >= REFRESH_MS) {
        found.refreshedAt = now;
        context.waitUntil(this.#read(digest, context.bucket).catch(() => {}));
      }
    } else if (now - (this.#absent.get(digest) ?? NEVER) >= REFRESH_MS) {
      await this.#wait(digest, context).catch((cause) => {
        throw unavailable(cause);
      });
    }
    const record = this.#found.peek(digest)?.record;
    return record && isActive(record, now) ? record : undefined;
  }

  #wait(digest: string, context: LookupContext): Promise<void> {
    context.onWait();
    return this.#read(digest, context.bucket);
  }

  /** Reads a record and remembers it. @throws the error of the bucket, or that of a record that cannot be parsed */
  async #read(digest: string, bucket: R2Bucket): Promise<void> {
    const readAt = this.#now();
    try {
      const stored = await readObject(bucket, recordKey(digest), LARGEST_RECORD);
      const record = stored && parseRecord(stored.bytes, digest);
      // A read that started later has ended before, and may know of a revocation.
      if ((this.#found.peek(digest)?.readAt ?? NEVER) > readAt) return;
      if (record) this.#found.set(digest, { record, readAt, failedAt: NEVER, refreshedAt: NEVER });
      else {
        this.#found.delete(digest);
        this.#absent.set(digest, readAt);
      }
    } catch (error) {
      const found = this.#found.peek(digest);
      if (found) found.failedAt = this.#now();
      log('warn', 'cannot read a key record', { error: String(error) });
      throw error;
    }
  }
}

const unavailable = (cause: unknown): HttpProblem =>
  new HttpProblem('keys-unavailable', 'The API key could not be looked up. Retry the request.', {
    headers: { 'retry-after': `${RETRY_AFTER_S}` },
    cause,
  });
