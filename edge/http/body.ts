/** @file Reads request bodies up to a size limit, in limited time. */
import { busy, holdBytes, release } from './held.ts';
import { type JsonOptions, parseJson } from './json.ts';
import { BODY_MS, MAX_BODY_BYTES } from './limits.ts';
import { HttpProblem } from './problem.ts';
import { type RequestRecord, recordWait } from './record.ts';

/**
 * Bytes of a refused body that are read and discarded: an unread body breaks the next request on the same connection.
 * Cloudflare accepts no larger bodies on most plans.
 */
const MAX_DRAINED_BYTES = 100 * 2 ** 20;

/** Size of the first buffer, in bytes. A client that sends nothing costs little. */
const FIRST_BYTES = 4096;

/** Size of the second buffer, in bytes. */
const SECOND_BYTES = 65_536;

/** Size of the buffer for bytes that are discarded. */
const DRAIN_BYTES = 16_384;

/**
 * Reads a body to its end.
 * @param limitMs time in which it must arrive
 * @throws HttpProblem `empty-body`, `body-too-large`, `slow-body`, `busy`, `unreadable-body`, `unsupported-encoding`
 */
export function readBody(
  request: Request,
  record: RequestRecord,
  limitMs = BODY_MS,
): Promise<Uint8Array<ArrayBuffer>> {
  return recordWait(record, 'body', () => readToEnd(request, record, limitMs));
}

/**
 * Parses a body that was read as JSON. While the request lasts, it holds the bytes of its text a second time: as what is parsed from it.
 * @throws HttpProblem `busy`, and the errors of `parseJson`
 */
export function parseBody(
  body: Uint8Array<ArrayBuffer>,
  record: RequestRecord,
  maxValues?: JsonOptions['maxValues'],
): unknown {
  return parseJson(body, {
    ...(maxValues && { maxValues }),
    hold(bytes) {
      if (!holdBytes(record, record.bodyBytes + bytes)) throw busy();
    },
  });
}

async function readToEnd(
  request: Request,
  record: RequestRecord,
  limitMs: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = Number(request.headers.get('content-length'));
  const first = declared < FIRST_BYTES && declared > 0 ? declared + 1 : FIRST_BYTES;
  const hold = (bytes: number) => holdBytes(record, bytes);
  let problem = declared > MAX_BODY_BYTES ? bodyTooLarge({ actual: declared }) : undefined;
  if (problem && declared > MAX_DRAINED_BYTES) throw problem;
  problem ??= hold(first) ? undefined : busy();
  let buffer = new ArrayBuffer(problem ? DRAIN_BYTES : first);
  let length = 0;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(slowBody(limitMs)), limitMs);
  try {
    // The stream writes into the buffer. Its chunks of 4 KiB would take 0.4 ms of CPU time longer for 63 kB.
    const reader = request.body?.getReader({ mode: 'byob' });
    // A cancelled stream closes the connection before the response is sent.
    while (reader && length <= MAX_DRAINED_BYTES) {
      if (!problem && length === buffer.byteLength) {
        const size = grownSize(length, declared);
        if (length > MAX_BODY_BYTES) problem = bodyTooLarge();
        else if (!hold(size)) problem = busy();
        if (problem) release(record);
        buffer = problem ? new ArrayBuffer(DRAIN_BYTES) : buffer.transfer(size);
      }
      const { done, value } = await Promise.race([
        reader.read(new Uint8Array(buffer, problem ? 0 : length)),
        late,
      ]);
      if (value) buffer = value.buffer;
      if (done) break;
      length += value.length;
      record.bodyBytes = length;
    }
  } catch (cause) {
    if (cause instanceof HttpProblem) throw cause;
    throw new HttpProblem('unreadable-body', 'The connection closed before the body was complete.', {
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
  if (length === 0) {
    throw new HttpProblem('empty-body', 'The request has no body. See GET /docs for the accepted formats.');
  }
  if (problem) throw problem;
  if (length > MAX_BODY_BYTES) throw bodyTooLarge();
  checkEncoding(request);
  hold(length);
  record.body = buffer.transfer(length);
  return new Uint8Array(record.body);
}

/**
 * Returns the size of the buffer that replaces a full one of `size` bytes: a declared length alone reserves no memory. The last one has room
 * for one byte more than the body, since the end is found by reading on.
 */
function grownSize(size: number, declared: number): number {
  return Math.min(Math.max(2 * size, SECOND_BYTES), (declared >= size ? declared : MAX_BODY_BYTES) + 1);
}

/**
 * Refuses compressed bodies (RFC 9110, 15.5.16). Called after the body was read, because an unread body breaks the next request.
 * @throws HttpProblem `unsupported-encoding`
 */
function checkEncoding({ headers }: Request): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  const name = KNOWN_ENCODINGS.includes(encoding) ? ` ${encoding}` : '';
  const detail = `The Content-Encoding${name} of the body is not supported. Send the body uncompressed and without this header.`;
  throw new HttpProblem('unsupported-encoding', detail, { headers: { 'accept-encoding': 'identity' } });
}

/** Names that the error may repeat (RFC 9110, 8.4.1; RFC 7932; RFC 8878). */
const KNOWN_ENCODINGS = ['gzip', 'x-gzip', 'deflate', 'compress', 'br', 'zstd'];

function bodyTooLarge(size: { actual?: number } = {}): HttpProblem {
  const detail = `The body is larger than ${MAX_BODY_BYTES} bytes. Scale the images down or send fewer.`;
  return new HttpProblem('body-too-large', detail, { members: { limit: MAX_BODY_BYTES, ...size } });
}

const slowBody = (limitMs: number): HttpProblem =>
  new HttpProblem(
    'slow-body',
    `The body did not arrive within ${limitMs / 1000} seconds. Scale the images down.`,
  );

/** Returns the media type in a content type, without parameters and in lower case. */
export function mediaType(contentType: string | null | undefined): string {
  return (contentType ?? '').split(';', 1).join('').trim().toLowerCase();
}
