/** @file A request's body → bytes. Limits come before work: declared bytes, then counted bytes. */

import { HttpProblem } from '../problem.ts';
import { type RequestRecord, waiting } from '../telemetry/request.ts';
import { MAX_BODY_BYTES } from './limits.ts';

/**
 * Of a body that turns out too large, as many bytes are read and thrown away, so that the connection can be used again: bytes
 * that nobody reads fail the next request on it. Cloudflare lets no more than this through (its limit for most plans).
 */
const MAX_DRAINED_BYTES = 100 * 2 ** 20;

/**
 * Reads a body to its end, whatever length it declares.
 * @throws HttpProblem `empty-body`, `body-too-large`, `unreadable-body`
 */
export function readBody(request: Request, record: RequestRecord): Promise<Uint8Array<ArrayBuffer>> {
  return waiting(record, 'body', () => readToEnd(request, record));
}

async function readToEnd(request: Request, record: RequestRecord): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length'));
  if (declared > MAX_BODY_BYTES) throw bodyTooLarge({ actual: declared });
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    // Breaking off must not cancel the stream: that would cut the connection before the answer.
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      length += chunk.length;
      record.bodyBytes = length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (length > MAX_DRAINED_BYTES) break;
    }
  } catch (cause) {
    throw new HttpProblem('unreadable-body', 'The body ended before it was complete.', { cause });
  }
  if (length === 0) throw new HttpProblem('empty-body', 'GET /docs says what to send.');
  if (length > MAX_BODY_BYTES) throw bodyTooLarge();
  return concat(chunks, length);
}

/** @param length of all chunks together */
export function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function bodyTooLarge(size: { actual?: number } = {}): HttpProblem {
  const detail = `The body has more than ${MAX_BODY_BYTES} bytes. Scale images down, or send fewer.`;
  return new HttpProblem('body-too-large', detail, { members: { limit: MAX_BODY_BYTES, ...size } });
}

/** The media type that a request declares, without its parameters. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';', 1).join('').trim().toLowerCase();
}
