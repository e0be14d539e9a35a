/** @file Sends a file: conditional requests and byte ranges (RFC 9110, sections 13 and 14). */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import { HttpProblem } from './problem.ts';

/** For files that never change. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';

export interface SentFile {
  /** Number of bytes. */
  size: number;
  /** A strong entity tag. */
  etag: string;
  /** Opens the file, or a part of it. HEAD opens one byte, to learn whether the file exists. */
  open(range?: { offset: number; length: number }): Promise<Uint8Array<ArrayBuffer> | ReadableStream>;
}

/**
 * Responds with a file that never changes, with a part of it, or with 304. Several ranges at once get the whole file.
 * @throws HttpProblem `precondition-failed`, `range-not-satisfiable`, and the errors of `open`
 */
export async function sendFile(c: Context<AppEnv>, { size, etag, open }: SentFile): Promise<Response> {
  const ifMatch = c.req.header('if-match');
  if (ifMatch !== undefined && !listsTag(ifMatch, etag)) {
    throw new HttpProblem('precondition-failed', 'The file has another ETag than `If-Match` expects.');
  }
  const isUnchanged = isNotModified(c, etag);
  const range = isUnchanged ? undefined : requestedRange(c, size, etag);
  const isHead = c.req.method === 'HEAD';
  const body = isUnchanged ? undefined : await open(isHead ? { offset: 0, length: 1 } : range);
  c.header('accept-ranges', 'bytes');
  c.header('cache-control', IMMUTABLE);
  c.header('etag', etag);
  if (body === undefined) return c.body(null, 304);
  c.header('content-type', 'application/octet-stream');
  if (isHead) c.header('content-length', `${size}`);
  if (isHead) return c.body(null, 200);
  if (!range) return c.body(body, 200);
  c.header('content-range', `bytes ${range.offset}-${range.offset + range.length - 1}/${size}`);
  return c.body(body, 206);
}

/** Returns whether `If-None-Match` contains the tag of the response, by weak comparison. */
export function isNotModified(c: Context<AppEnv>, etag: string): boolean {
  return listsTag((c.req.header('if-none-match') ?? '').replaceAll('W/', ''), etag);
}

/** Returns whether a list of entity tags contains this one. `*` contains every tag. */
function listsTag(list: string, etag: string): boolean {
  return list.split(',').some((tag) => ['*', etag].includes(tag.trim()));
}

/**
 * Returns the range that a GET request asks for, or undefined for the whole file. A `Range` that is invalid, has several ranges or
 * another unit is ignored, as is one whose `If-Range` names another tag.
 * @throws HttpProblem `range-not-satisfiable`
 */
function requestedRange({ req }: Context<AppEnv>, size: number, etag: string) {
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(req.header('range') ?? '') ?? [];
  const isIgnored = req.method !== 'GET' || (req.header('if-range') ?? etag) !== etag;
  if (isIgnored || first === undefined || last === undefined || first + last === '') return undefined;
  if (first && last && Number(last) < Number(first)) return undefined;
  const start = first ? Number(first) : Math.max(0, size - Number(last));
  const end = first && last ? Math.min(size, Number(last) + 1) : size;
  if (start < end) return { offset: start, length: end - start };
  const headers = { 'content-range': `bytes */${size}` };
  throw new HttpProblem('range-not-satisfiable', `The file has only ${size} bytes.`, { headers });
}
