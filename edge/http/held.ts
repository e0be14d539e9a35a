/** @file Limits what the requests of an isolate hold at once, whatever their number: the bytes of their bodies, and the work on their images. */
import { TURN_MS } from '#shared/turn.ts';
import { BODY_MS, MAX_HELD_BYTES, MAX_HELD_WORK_MS, MAX_SMALL_BODY_BYTES, RESERVED_BYTES } from './limits.ts';
import { HttpProblem } from './problem.ts';
import type { RequestRecord } from './record.ts';

interface Held {
  bytes: number;
  /** Estimated CPU time of its images, in milliseconds. */
  work: number;
  /** When both count no longer. A body that still arrives counts until then, and a request that the platform has ended. */
  until: number;
}

const held = new Map<RequestRecord, Held>();

/**
 * Lets a request hold this many bytes in place of those that it held.
 * @returns false when those of all requests would exceed the limit
 */
export function holdBytes(record: RequestRecord, bytes: number): boolean {
  const isSmall = bytes <= MAX_SMALL_BODY_BYTES;
  return hold(record, 'bytes', bytes, MAX_HELD_BYTES - (isSmall ? 0 : RESERVED_BYTES));
}

/** Adds the work on the images of a request. Small ones are never refused. @throws HttpProblem `busy` */
export function holdWork(record: RequestRecord, work: number): void {
  const limit = work > TURN_MS ? MAX_HELD_WORK_MS : Number.POSITIVE_INFINITY;
  if (!hold(record, 'work', work, limit)) throw busy();
}

function hold(record: RequestRecord, unit: 'bytes' | 'work', amount: number, limit: number): boolean {
  const now = Date.now();
  let total = amount;
  for (const [other, values] of held) {
    if (values.until < now) held.delete(other);
    else if (other !== record) total += values[unit];
  }
  if (total > limit) return false;
  held.set(record, { bytes: 0, work: 0, ...held.get(record), [unit]: amount, until: now + BODY_MS });
  return true;
}

/** Ends what a request holds and frees its body, without waiting for V8 to collect it. */
export function release(record: RequestRecord): void {
  held.delete(record);
  record.body?.transfer(0);
  delete record.body;
}

export const busy = (): HttpProblem =>
  new HttpProblem('busy', 'Other uploads take the memory or the time. Retry the request.', {
    headers: { 'retry-after': '2' },
  });
