/** @file One question to the endpoint. XMLHttpRequest, since fetch does not tell how much of a body has left. */
import type { Answer, Problem } from './state.ts';

/** Longest wait for an answer, in milliseconds: the upload of 300 kB at 3 kB/s. */
const TIMEOUT_MS = 120_000;

export interface Question {
  /** Origin, perhaps with a path, before `/v1/classify`. */
  endpoint: string;
  /** Whether the answer is to be signed. */
  sign: boolean;
  headers: Headers;
  signal: AbortSignal;
  /** @param share of the bytes that have left, 0..1 */
  onProgress(share: number): void;
}

/** The endpoint has not answered, or not with an answer. */
export class Refusal extends Error {
  readonly problem: Problem;
  /** Milliseconds that the endpoint wants to be left alone. */
  readonly retryAfter: number | undefined;
  constructor(problem: Problem, retryAfter?: number) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** @throws Refusal; the signal's reason when it was aborted */
export function ask(file: Blob, { endpoint, sign, headers, signal, onProgress }: Question): Promise<Answer> {
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ explain: '1', ...(sign && { sign: '1' }) });
  request.open('POST', `${endpoint}/v1/classify?${query}`);
  request.responseType = 'json';
  request.timeout = TIMEOUT_MS;
  for (const [name, value] of headers) request.setRequestHeader(name, value);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request.upload.addEventListener('progress', ({ loaded, total }) =>
    onProgress(total > 0 ? loaded / total : 0),
  );
  request.upload.addEventListener('load', () => onProgress(1));
  request.addEventListener('load', () => {
    if (request.status === 200 && request.response) resolve(request.response);
    else reject(refusalOf(request));
  });
  const unreachable = { type: 'unreachable', detail: `cannot reach ${endpoint}`, isPassing: true };
  for (const event of ['error', 'timeout']) {
    request.addEventListener(event, () => reject(new Refusal(unreachable)));
  }
  const abort = () => {
    request.abort();
    reject(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  request.send(file);
  return promise.finally(() => signal.removeEventListener('abort', abort));
}

/** A problem document (RFC 9457), or a status from something between. */
function refusalOf(request: XMLHttpRequest): Refusal {
  const { status, response } = request;
  const type = String(response?.type ?? '').replace('/problems/', '') || `http-${status}`;
  const detail = response?.detail ?? `status ${status}`;
  const isPassing = [429, 500, 502, 503, 504].includes(status) && type !== 'misconfigured';
  return new Refusal({ type, detail, isPassing }, secondsIn(request.getResponseHeader('retry-after')));
}

/** `Retry-After` (RFC 9110, 10.2.3) in milliseconds: a number of seconds or a date. */
function secondsIn(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return wait >= 0 ? wait : undefined;
}
