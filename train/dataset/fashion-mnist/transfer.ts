/** @file One attempt of a download: requests the bytes that a partial file lacks, and appends them. */
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { untilWritten } from '../../files.ts';
import { type Answer, httpGet } from '../../http-get.ts';

export interface Transfer {
  url: string;
  /** The file that is downloaded, for errors. */
  path: string;
  /** Path of the partial file; it need not exist. */
  part: string;
  /** Size of the whole file. */
  bytes: number;
  /** Milliseconds in which at least `LEAST_BYTES` or the end of the file must arrive. */
  patience: number;
  /** Ends the attempt with its reason. */
  signal: AbortSignal;
  /** Receives the number of bytes in the partial file. */
  onReceived: (received: number) => void;
}

/** With 30 seconds of patience: 9 kB/s. A slower mirror counts as stalled. */
const LEAST_BYTES = 256 * 1024;

/** The beginning of an HTML page. No gzip file begins like this. */
const HTML = /^\s*<(!doctype|!--|\?xml|html|head|body|meta)/i;

/** The error of a mirror that asked to wait before the next request. */
export class Busy extends Error {
  /** In milliseconds. */
  readonly wait: number;

  constructor(status: string, wait: number) {
    super(`${status}; it asks to wait ${Math.ceil(wait / 1000)} s`);
    this.wait = wait;
  }
}

/** Returns the size of a file; 0 when there is none. */
export const sizeOf = async (path: string): Promise<number> =>
  (await stat(path).catch(() => undefined))?.size ?? 0;

/**
 * Appends the missing bytes to the partial file, or starts over if the server does not support ranges.
 * @throws Error when the server stalls or sends something else than the file; ExplainedError of kind `disk`
 */
export async function transfer({ url, bytes, patience, onReceived, ...options }: Transfer): Promise<void> {
  const { path, part } = options;
  const present = await sizeOf(part);
  const stall = new AbortController();
  const signal = AbortSignal.any([options.signal, stall.signal]);
  const timer = setTimeout(() => {
    stall.abort(new Error(`stalled: fewer than ${LEAST_BYTES / 1024} KiB in ${patience / 1000} s`));
  }, patience);
  try {
    const headers = { 'accept-encoding': 'identity', ...(present > 0 && { range: `bytes=${present}-` }) };
    const answer = await httpGet(url, { headers, signal, timeout: patience });
    const start = await startOf(answer.response, present, part);
    let enough = start + LEAST_BYTES;
    await append(answer, { path, part, start, bytes }, (received) => {
      onReceived(received);
      if (received < enough) return;
      enough = received + LEAST_BYTES;
      timer.refresh();
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the position of the body's first byte in the file. Deletes the partial file if the server does not continue it. */
async function startOf(response: IncomingMessage, present: number, part: string): Promise<number> {
  const { statusCode = 0, statusMessage, headers } = response;
  if (statusCode === 200) return 0;
  if (statusCode === 206 && (headers['content-range'] ?? `bytes ${present}-`).startsWith(`bytes ${present}-`))
    return present;
  response.destroy();
  const status = `HTTP status ${statusCode} ${statusMessage}`.trimEnd();
  if (statusCode === 206 || statusCode === 416) {
    await rm(part, { force: true });
    throw new Error(
      `${status} with ${headers['content-range'] ?? 'no range'}: expected the bytes from ${present}`,
    );
  }
  const wait = waitOf(headers['retry-after']);
  throw wait === undefined ? new Error(status) : new Busy(status, wait);
}

/** Parses a Retry-After header, which contains seconds or a date. Returns milliseconds. */
function waitOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return wait >= 0 ? wait : undefined;
}

/** Where a response belongs in the file. */
interface Rest {
  path: string;
  part: string;
  /** Position of its first byte. */
  start: number;
  /** Size of the whole file. */
  bytes: number;
}

/** Appends the body to the partial file. */
async function append(answer: Answer, rest: Rest, onWritten: (received: number) => void): Promise<void> {
  const { path, part, start, bytes } = rest;
  let received = start;
  let file: FileHandle | undefined;
  try {
    for await (const chunk of answer.response as AsyncIterable<Buffer>) {
      if (!file) {
        await requireRest(answer, chunk, rest);
        file = await untilWritten(path, open(part, start > 0 ? 'a' : 'w'));
      }
      received += chunk.length;
      if (received > bytes) {
        await rm(part, { force: true });
        throw new Error(`more than the ${bytes} bytes of the file`);
      }
      await untilWritten(path, file.writeFile(chunk));
      onWritten(received);
    }
    if (file) await untilWritten(path, file.sync());
  } finally {
    await file?.close();
  }
}

/** @throws Error when the response cannot be the rest of the file. The partial file is kept if another mirror may continue it. */
async function requireRest(
  { response, url }: Answer,
  chunk: Buffer,
  { part, start, bytes }: Rest,
): Promise<void> {
  if (start === 0 && HTML.test(chunk.subarray(0, 200).toString('latin1'))) {
    throw new Error(`${url} is an HTML page, such as the login page of a network or a proxy`);
  }
  const length = response.headers['content-length'];
  if (length === undefined || Number(length) === bytes - start) return;
  if (start > 0) await rm(part, { force: true });
  throw new Error(`a body of ${length} bytes, expected ${bytes - start}`);
}
