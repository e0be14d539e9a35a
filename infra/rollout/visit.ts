/** @file Questions to a deployed Worker, to one of its versions where two are deployed; and what is said of answers that are not right. */
import { ExplainedError } from '#shared/errors.ts';
import { API } from './workers.ts';

export interface Target {
  /** Where the Worker answers: `https://…`. */
  origin: string;
  /** The version that must answer; whichever the deployment gives, unless given. */
  version?: string | undefined;
  /** A bearer key, where not everybody may classify. */
  key?: string | undefined;
  /** Milliseconds for a new deployment to arrive everywhere; Cloudflare says a couple of seconds, 30 s unless given. */
  arrivalLimit?: number;
  signal?: AbortSignal | undefined;
}

interface Question {
  /** A body makes it a POST. */
  body?: Uint8Array<ArrayBuffer> | undefined;
  headers?: Record<string, string>;
}

export interface Answer {
  /** `POST https://…/v1/classify` */
  what: string;
  status: number;
  headers: Headers;
  bytes: Uint8Array<ArrayBuffer>;
  text: string;
}

export type Visit = (path: string, question?: Question) => Promise<Answer>;

/** Milliseconds. A cold start takes a tenth of a second, the slowest picture of the smoke test less. */
const ANSWER_LIMIT = 10_000;
/** Of an answer that is not right, so many characters are shown. */
const EXCERPT = 200;

/**
 * The header asks for a version of the present deployment, one at 0 % too; where the version is not in it, Cloudflare ignores the
 * header without a word: that is what `/health/ready` says its version for.
 * https://developers.cloudflare.com/workers/versions-and-deployments/version-overrides/
 */
export function visiting({ origin, version, signal }: Target): Visit {
  const common =
    version === undefined ? {} : { 'cloudflare-workers-version-overrides': `${API.name}="${version}"` };
  return async (path, { body, headers } = {}) => {
    const url = new URL(path, origin).href;
    const method = body ? 'POST' : 'GET';
    const what = `${method} ${url}`;
    const limit = AbortSignal.timeout(ANSWER_LIMIT);
    try {
      const response = await fetch(url, {
        method,
        headers: { ...common, ...headers },
        body: body ?? null,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return {
        what,
        status: response.status,
        headers: response.headers,
        bytes,
        text: new TextDecoder().decode(bytes),
      };
    } catch (cause) {
      signal?.throwIfAborted();
      const { message, cause: deeper } = cause as Error;
      const got = deeper instanceof Error ? deeper.message : message;
      throw new ExplainedError({ kind: 'device', what, expected: 'an answer', got, cause });
    }
  };
}

/** An answer that is not as it should be: what of it was expected, and the answer. */
export function wrong(
  { what, status, headers, text }: Answer,
  expected: string,
  next?: string,
): ExplainedError {
  const type = headers.get('content-type') ?? 'no content type';
  const got = `${status}, ${type}: ${text.slice(0, EXCERPT).replaceAll(/\s+/g, ' ')}`;
  return new ExplainedError({ kind: 'device', what, expected, got, ...(next !== undefined && { next }) });
}
