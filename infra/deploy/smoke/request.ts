/** @file Sends requests to a deployed Worker, or to one of its versions while two are deployed, and reports unexpected responses. */
import { ExplainedError } from '#shared/errors.ts';
import { API } from '../cloudflare/workers.ts';

export interface SmokeTarget {
  /** Origin of the Worker: `https://…`. */
  origin: string;
  /** The version to test; by default whichever version the deployment selects. */
  version?: string | undefined;
  /** An API key, if classification requires one. */
  key?: string | undefined;
  /** Milliseconds until a new deployment is in place everywhere, 30 s by default. Cloudflare documents a couple of seconds. */
  propagationLimit?: number;
  signal?: AbortSignal | undefined;
}

interface SmokeRequest {
  /** A request with a body is a POST. */
  body?: Uint8Array<ArrayBuffer> | undefined;
  headers?: Record<string, string>;
}

export interface SmokeResponse {
  /** The request: `POST https://…/v1/classify` */
  request: string;
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
  text: string;
}

export type Send = (path: string, request?: SmokeRequest) => Promise<SmokeResponse>;

/** Milliseconds. A cold start takes a tenth of a second, the slowest image of the smoke test less. */
const RESPONSE_LIMIT = 10_000;
/** Characters of an unexpected response to show. */
const EXCERPT = 200;

/**
 * Returns a function that sends requests to a version. The override header selects a version of the present deployment, also one at 0 %.
 * Cloudflare silently ignores the header for a version outside the deployment, so `/health/ready` includes the version that responds.
 * https://developers.cloudflare.com/workers/versions-and-deployments/version-overrides/
 */
export function sender({ origin, version, signal }: SmokeTarget): Send {
  const common =
    version === undefined ? {} : { 'cloudflare-workers-version-overrides': `${API.name}="${version}"` };
  return async (path, { body, headers } = {}) => {
    const url = new URL(path, origin).href;
    const method = body ? 'POST' : 'GET';
    const request = `${method} ${url}`;
    const limit = AbortSignal.timeout(RESPONSE_LIMIT);
    try {
      const response = await fetch(url, {
        method,
        headers: { ...common, ...headers },
        body: body ?? null,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const { status, headers: responseHeaders } = response;
      return { request, status, headers: responseHeaders, bytes, text: new TextDecoder().decode(bytes) };
    } catch (cause) {
      signal?.throwIfAborted();
      const { message, cause: deeper } = cause as Error;
      const got = deeper instanceof Error ? deeper.message : message;
      throw new ExplainedError({ kind: 'device', what: request, expected: 'a response', got, cause });
    }
  };
}

/** Returns the error for a response that differs from `expected`. */
export function unexpected(
  { request, status, headers, text }: SmokeResponse,
  expected: string,
  next?: string,
): ExplainedError {
  const type = headers.get('content-type') ?? 'no content type';
  const got = `${status}, ${type}: ${text.slice(0, EXCERPT).replaceAll(/\s+/g, ' ')}`;
  return new ExplainedError({
    kind: 'device',
    what: request,
    expected,
    got,
    ...(next !== undefined && { next }),
  });
}
