/** @file Reads request bodies up to a size limit. */
import { MAX_BODY_BYTES } from './limits.ts';
import { HttpProblem } from './problem.ts';
import { type RequestRecord, recordWait } from './record.ts';

/**
 * Bytes of an oversized body that are read and discarded: an unread body breaks the next request on the same connection.
 * Cloudflare accepts no larger bodies on most plans.
 */
const MAX_DRAINED_BYTES = 100 * 2 ** 20;

/**
 * Reads a body to its end.
 * @throws HttpProblem `empty-body`, `body-too-large`, `unreadable-body`
 */
export function readBody(request: Request, record: RequestRecord): Promise<Uint8Array<ArrayBuffer>> {
  return recordWait(record, 'body', () => readToEnd(request, record));
}

async function readToEnd(request: Request, record: RequestRecord): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length'));
  if (declared > MAX_BODY_BYTES) throw bodyTooLarge({ actual: declared });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // A cancelled stream closes the connection before the response is sent.
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      length += chunk.length;
      record.bodyBytes = length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (length > MAX_DRAINED_BYTES) break;
    }
  } catch (cause) {
    throw new HttpProblem('unreadable-body', 'The connection closed before the body was complete.', {
      cause,
    });
  }
  if (length === 0) {
    throw new HttpProblem('empty-body', 'The request has no body. See GET /docs for the accepted formats.');
  }
  if (length > MAX_BODY_BYTES) throw bodyTooLarge();
  return concat(chunks, length);
}

/** @param length total length of the chunks */
export function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

function bodyTooLarge(size: { actual?: number } = {}): HttpProblem {
  const detail = `The body is larger than ${MAX_BODY_BYTES} bytes. Scale the images down or send fewer.`;
  return new HttpProblem('body-too-large', detail, { members: { limit: MAX_BODY_BYTES, ...size } });
}

/** Returns the media type of a request without parameters, in lower case. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';', 1).join('').trim().toLowerCase();
}
