/** @file Sends a file: conditional requests and byte ranges (RFC 9110, sections 13 and 14). */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import { HttpProblem } from './problem.ts';

/** For files that never change. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Responds with a file that never changes, with a part of it, or with 304. Several ranges at once get the whole file.
 * @param etag a strong entity tag
 * @throws HttpProblem `precondition-failed`, `range-not-satisfiable`
 */
export function sendFile(c: Context<AppEnv>, bytes: Uint8Array<ArrayBuffer>, etag: string) {
  const ifMatch = c.req.header('if-match');
  if (ifMatch !== undefined && !listsTag(ifMatch, etag)) {
    throw new HttpProblem('precondition-failed', 'The file has another ETag than `If-Match` expects.');
  }
  const isUnchanged = isNotModified(c, etag);
  const range = isUnchanged ? undefined : requestedRange(c, bytes.length, etag);
  c.header('accept-ranges', 'bytes');
  c.header('cache-control', IMMUTABLE);
  c.header('etag', etag);
  if (isUnchanged) return c.body(null, 304);
  c.header('content-type', 'application/octet-stream');
  if (!range) return c.body(bytes, 200);
  c.header('content-range', `bytes ${range.start}-${range.end - 1}/${bytes.length}`);
  return c.body(bytes.subarray(range.start, range.end), 206);
}

/** Returns whether `If-None-Match` contains the tag of the response, by weak comparison. */
export function isNotModified(c: Context<AppEnv>, etag: string): boolean {
  return listsTag((c.req.header('if-none-match') ?? '').replaceAll('W/', ''), etag);
}

/** Returns whether a list of entity tags contains this one. `*` contains every tag. */
function listsTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => ['*', etag].includes(tag.trim()));
}

interface ByteRange {
  start: number;
  /** Exclusive. */
  end: number;
}

/**
 * Returns the range that a GET request asks for, or undefined for the whole file. A `Range` that is invalid, has several ranges or
 * another unit is ignored, as is one whose `If-Range` names another tag.
 * @throws HttpProblem `range-not-satisfiable`
 */
function requestedRange({ req }: Context<AppEnv>, size: number, etag: string): ByteRange | undefined {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(req.header('range') ?? '') ?? [];
  const isIgnored = req.method !== 'GET' || (req.header('if-range') ?? etag) !== etag;
  if (isIgnored || first === undefined || last === undefined || first + last === '') return undefined;
  if (first && last && Number(last) < Number(first)) return undefined;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(size, Number(last) + 1) : size;
  if (start < end) return { start, end };
  const headers = { 'content-range': `bytes */${size}` };
  throw new HttpProblem('range-not-satisfiable', `The file has only ${size} bytes.`, { headers });
}
