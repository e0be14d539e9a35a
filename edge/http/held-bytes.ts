/** @file Limits the bytes of request bodies that an isolate holds at once, whatever the number of requests. */
import { MAX_HELD_BYTES, MAX_SMALL_BODY_BYTES, RESERVED_BYTES } from './limits.ts';
import type { RequestRecord } from './record.ts';

/** Time for which a body that has arrived counts, in milliseconds: a request ends before. */
const HELD_MS = 60_000;

/** The bytes of each request, and the time at which they count no longer. */
const held = new Map<RequestRecord, { bytes: number; until: number }>();

/**
 * Lets a request hold this many bytes in place of those that it held.
 * @param ms time after which they count no longer, unless they are held again before
 * @returns false when those of all requests would exceed the limit
 */
export function holdBytes(record: RequestRecord, bytes: number, ms = HELD_MS): boolean {
  const now = Date.now();
  let total = bytes;
  for (const [other, { bytes, until }] of held) {
    // workerd runs no more code of a request whose client has hung up.
    if (until < now) held.delete(other);
    else if (other !== record) total += bytes;
  }
  const isSmall = bytes <= MAX_SMALL_BODY_BYTES;
  if (total > MAX_HELD_BYTES - (isSmall ? 0 : RESERVED_BYTES)) return false;
  held.set(record, { bytes, until: now + ms });
  return true;
}

/** Ends the hold of a request and frees its body, without waiting for V8 to collect it. */
export function releaseBytes(record: RequestRecord): void {
  held.delete(record);
  record.body?.transfer(0);
  delete record.body;
}
