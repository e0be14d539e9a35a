/** @file The request to `POST /v1/classify`. It uses XMLHttpRequest because fetch does not report upload progress. */
import type { Classification } from '#shared/inference/result.ts';
import type { FieldOptions } from './options.ts';
import type { Problem } from './state.ts';

/** Timeout of a request, in milliseconds: enough to upload 300 kB at 3 kB/s. */
const TIMEOUT_MS = 120_000;

/** Headers, or a function that returns them. The function is called for each request. */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

export interface ClassifyRequest extends Pick<FieldOptions, 'endpoint' | 'siteKey' | 'sign'> {
  headers: HeadersSource;
  signal: AbortSignal;
  /** @param share of the bytes that were sent, 0..1 */
  onProgress(share: number): void;
}

/** Thrown when the endpoint does not respond, or responds with a problem. */
export class RequestError extends Error {
  readonly problem: Problem;
  /** Delay before the next attempt that the endpoint requested, in milliseconds. */
  readonly retryAfter: number | undefined;
  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** Uploads a file and returns the endpoint's result. @throws RequestError; the signal's reason when it is aborted */
export async function requestClassification(file: Blob, options: ClassifyRequest): Promise<Classification> {
  const { endpoint, sign, signal } = options;
  const headers = await headersOf(options);
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ explain: '1', ...(sign && { sign: '1' }) });
  request.open('POST', `${endpoint}/v1/classify?${query}`);
  request.responseType = 'json';
  request.timeout = TIMEOUT_MS;
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  return send(request, file, options);
}

async function headersOf({ headers: source, siteKey }: ClassifyRequest): Promise<Headers> {
  const headers = new Headers(typeof source === 'function' ? await source() : source);
  if (siteKey !== null) headers.set('x-site-key', siteKey);
  return headers;
}

function send(
  request: XMLHttpRequest,
  file: Blob,
  { endpoint, signal, onProgress }: ClassifyRequest,
): Promise<Classification> {
  const { promise, resolve, reject } = Promise.withResolvers<Classification>();
  request.upload.addEventListener('progress', ({ loaded, total }) =>
    onProgress(total > 0 ? loaded / total : 0),
  );
  request.upload.addEventListener('load', () => onProgress(1));
  request.addEventListener('load', () => {
    if (request.status === 200 && request.response) resolve(request.response);
    else reject(errorOf(request));
  });
  const unreachable = { type: 'unreachable', detail: `cannot reach ${endpoint}`, retryable: true };
  for (const event of ['error', 'timeout']) {
    request.addEventListener(event, () => reject(new RequestError(unreachable)));
  }
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  request.send(file);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

/** Returns whether the same request can succeed later. @param type the problem's type */
export const isRetryable = (status: number, type: string): boolean =>
  [429, 500, 502, 503, 504].includes(status) && type !== 'misconfigured';

/** Reads a problem document (RFC 9457). A response of a proxy has only a status. */
function errorOf(request: XMLHttpRequest): RequestError {
  const { status, response } = request;
  const type = String(response?.type ?? '').replace('/problems/', '') || `http-${status}`;
  const detail = response?.detail ?? `status ${status}`;
  return new RequestError(
    { type, detail, retryable: isRetryable(status, type) },
    parseRetryAfter(request.getResponseHeader('retry-after')),
  );
}

/** Parses `Retry-After` (RFC 9110, 10.2.3), a number of seconds or a date. @returns milliseconds */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return wait >= 0 ? wait : undefined;
}
