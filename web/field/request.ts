/** @file The requests to the endpoint. They use XMLHttpRequest because fetch does not report upload progress. */
import type { Classification } from '#shared/inference/result.ts';
import type { FieldOptions } from './options.ts';
import type { Problem } from './state.ts';

/** Timeout of an upload, in milliseconds: enough for 300 kB at 3 kB/s. */
const UPLOAD_TIMEOUT_MS = 120_000;

/** Timeout of a renewal, in milliseconds. The visitor's form may wait for it. */
const RENEWAL_TIMEOUT_MS = 15_000;

/** Headers, or a function that returns them. The function is called for each request. */
export type HeadersSource = HeadersInit | (() => HeadersInit | Promise<HeadersInit>);

export interface EndpointRequest extends Pick<FieldOptions, 'endpoint' | 'siteKey'> {
  headers: HeadersSource;
  signal: AbortSignal;
}

export interface ClassifyRequest extends EndpointRequest, Pick<FieldOptions, 'model' | 'sign'> {
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
export async function requestClassification(
  file: Blob,
  { model, sign, onProgress, ...options }: ClassifyRequest,
): Promise<Classification> {
  const query = new URLSearchParams({ explain: '1', ...(sign && { sign: '1' }) });
  const path = model === null ? '/v1/classify' : `/v1/models/${encodeURIComponent(model)}/classify`;
  const request = await open(`${path}?${query}`, options);
  request.timeout = UPLOAD_TIMEOUT_MS;
  request.upload.addEventListener('progress', ({ loaded, total }) =>
    onProgress(total > 0 ? loaded / total : 0),
  );
  request.upload.addEventListener('load', () => onProgress(1));
  return send(request, file, 'predictions', options);
}

/** Returns another token for the same result, without the photo. @throws RequestError; the signal's reason when it is aborted */
export async function requestRenewal(token: string, options: EndpointRequest): Promise<string> {
  const request = await open('/v1/renew', options);
  request.timeout = RENEWAL_TIMEOUT_MS;
  request.setRequestHeader('content-type', 'application/json');
  const renewed = await send<{ token: string }>(request, JSON.stringify({ token }), 'token', options);
  return renewed.token;
}

async function open(
  path: string,
  { endpoint, headers: source, siteKey, signal }: EndpointRequest,
): Promise<XMLHttpRequest> {
  const headers = new Headers(typeof source === 'function' ? await source() : source);
  if (siteKey !== null) headers.set('x-site-key', siteKey);
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  request.open('POST', `${endpoint}${path}`);
  request.responseType = 'json';
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  return request;
}

/** @param member that the response must have. A wrong address may respond with anything */
function send<T extends object>(
  request: XMLHttpRequest,
  body: Blob | string,
  member: keyof T & string,
  { endpoint, signal }: EndpointRequest,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  request.addEventListener('load', () => {
    if (request.status === 200 && request.response?.[member]) resolve(request.response);
    else reject(errorOf(request));
  });
  const detail = `cannot reach ${endpoint}. Check its address, and that it allows pages of ${location.origin}.`;
  for (const event of ['error', 'timeout']) {
    request.addEventListener(event, () =>
      reject(new RequestError({ type: 'unreachable', detail, retryable: true })),
    );
  }
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  request.send(body);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

/** Returns whether the same request can succeed later. @param type the problem's type */
export const isRetryable = (status: number, type: string): boolean =>
  type === 'unreadable-body' ||
  [408, 425, 429].includes(status) ||
  (status >= 500 && status !== 501 && type !== 'misconfigured');

function errorOf(request: XMLHttpRequest): RequestError {
  const { status, response } = request;
  return new RequestError(
    problemOf(status, response),
    parseRetryAfter(request.getResponseHeader('retry-after')),
  );
}

/** Reads a problem document (RFC 9457). A response of a proxy has only a status. */
export function problemOf(
  status: number,
  body: { type?: string; detail?: string } | null | undefined,
): Problem {
  const type = String(body?.type ?? '').replace('/problems/', '') || `http-${status}`;
  return { type, detail: body?.detail ?? `status ${status}`, retryable: isRetryable(status, type) };
}

/** Parses `Retry-After` (RFC 9110, 10.2.3), a number of seconds or a date. @returns milliseconds */
function parseRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return wait >= 0 ? wait : undefined;
}
