/** @file Sends requests to Cloudflare's API, with retries. https://developers.cloudflare.com/fundamentals/api/ */
import retry, { AbortError } from 'p-retry';
import * as v from 'valibot';
import { ExplainedError } from '#shared/errors.ts';

/** The environment variables that wrangler reads, too. */
export interface CloudflareEnvironment {
  CLOUDFLARE_API_TOKEN?: string | undefined;
  CLOUDFLARE_ACCOUNT_ID?: string | undefined;
  CLOUDFLARE_API_BASE_URL?: string | undefined;
}

export interface ApiRequest {
  token: string;
  method: 'GET' | 'POST' | 'PUT';
  body?: Uint8Array<ArrayBuffer> | string;
  contentType?: string;
  /** Error codes that mean that the resource does not exist. */
  absent?: readonly number[];
}

const DEFAULT_BASE = 'https://api.cloudflare.com/client/v4';
/** Milliseconds for one response. */
const RESPONSE_LIMIT = 10_000;
/** Retries after 0.5, 1, 2 and 4 s: GitHub gives a cancelled job 10 s, in which the rollout must roll back. */
const RETRIES = { retries: 4, minTimeout: 500, factor: 2 };

/** Error codes and what they call for. */
const NEXT: Readonly<Record<number, string>> = {
  10006: 'Run npm run deploy, which creates the bucket.',
  10000: 'The token is invalid, or lacks a permission (docs/deploy.md).',
  10042:
    'Enable R2 in the dashboard, dash.cloudflare.com, which asks for a payment method. Then run the command again.',
};

export const Envelope = v.object({
  success: v.boolean(),
  errors: v.optional(v.array(v.object({ code: v.number(), message: v.string() })), []),
  result: v.unknown(),
});

/** Returns the address of the API, without a slash at its end. */
export const apiBase = (env: CloudflareEnvironment = process.env): string =>
  env.CLOUDFLARE_API_BASE_URL ?? DEFAULT_BASE;

/**
 * Sends a request and retries failures that may pass.
 * @returns the successful response, read whole; undefined when the resource does not exist
 * @throws ExplainedError of kind `store`
 */
export async function callApi(
  url: string,
  { token, method, body, contentType = 'application/json', absent = [] }: ApiRequest,
): Promise<{ headers: Headers; bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const failure = (got: string, cause?: unknown, next?: string): ExplainedError =>
    new ExplainedError({
      kind: 'store',
      what: `${method} ${url}`,
      expected: 'a successful response',
      got,
      cause,
      ...(next !== undefined && { next }),
    });
  return retry(async () => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body: body ?? null,
      signal: AbortSignal.timeout(RESPONSE_LIMIT),
    }).catch((cause: Error) => {
      throw failure(String(cause.cause ?? cause.message), cause);
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return { headers: response.headers, bytes };
    const text = new TextDecoder().decode(bytes);
    const { output } = v.safeParse(v.pipe(v.string(), v.parseJson(), Envelope), text);
    const errors = (output as v.InferOutput<typeof Envelope> | undefined)?.errors ?? [];
    if (errors.some(({ code }) => absent.includes(code))) return undefined;
    const messages = errors.map((e) => `${e.message} [${e.code}]`).join(', ');
    const next = errors.map(({ code }) => NEXT[code]).find((one) => one !== undefined);
    const error = failure(`${response.status}: ${messages || text.slice(0, 200)}`, undefined, next);
    throw response.status >= 500 || response.status === 429 ? error : new AbortError(error);
  }, RETRIES);
}

/** As `callApi`, for responses in JSON. */
export async function callJson(url: string, request: ApiRequest): Promise<unknown> {
  const response = await callApi(url, request);
  return response && JSON.parse(new TextDecoder().decode(response.bytes));
}
