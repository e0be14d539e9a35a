/** @file Limits the bytes of request bodies that an isolate holds at once, whatever the number of requests. */
import { BODY_MS, MAX_HELD_BYTES, MAX_SMALL_BODY_BYTES, RESERVED_BYTES } from './limits.ts';
import type { RequestRecord } from './record.ts';

/** The bytes of each request, and the time at which they count no longer: a body that still arrives counts until then. */
const held = new Map<RequestRecord, { bytes: number; until: number }>();

/**
 * Lets a request hold this many bytes in place of those that it held.
 * @returns false when those of all requests would exceed the limit
 */
export function holdBytes(record: RequestRecord, bytes: number): boolean {
  const now = Date.now();
  let total = bytes;
  for (const [other, { bytes, until }] of held) {
    // workerd runs no more code of a request whose client has hung up.
    if (until < now) held.delete(other);
    else if (other !== record) total += bytes;
  }
  const isSmall = bytes <= MAX_SMALL_BODY_BYTES;
  if (total > MAX_HELD_BYTES - (isSmall ? 0 : RESERVED_BYTES)) return false;
  held.set(record, { bytes, until: now + BODY_MS });
  return true;
}

/** Ends the hold of a request and frees its body, without waiting for V8 to collect it. */
export function releaseBytes(record: RequestRecord): void {
  held.delete(record);
  record.body?.transfer(0);
  delete record.body;
}
