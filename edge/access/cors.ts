/**
 * @file CORS: lets web pages read responses. access.ts decides whether a request is admitted.
 *
 * Pages of other origins may read one thing: why a request was refused. Their preflights succeed, because a failed one looks to the
 * page like a broken connection. They may not send an API key.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from '../http/env.ts';
import { isLocal, type LocatedRequest } from './caller.ts';
import { isLoopback, matchesOrigin } from './origins.ts';
import type { AccessSettings, SettingsOf } from './settings.ts';

/** Request headers that a page of any origin may send. No cookie or other credential is sent by itself. */
const HEADERS = [
  'content-type',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
  'x-site-key',
  'cf-turnstile-response',
  'inference-header-content-length',
  // Hugging Face's client sets its own, in browsers too.
  'user-agent',
].join();

const ALLOWED_HEADERS = ['authorization', HEADERS];

/** Origins whose pages may read the response. */
const READERS = 'access-control-allow-origin';

const EXPOSED_HEADERS = [
  'x-request-id',
  'etag',
  'accept-ranges',
  'content-range',
  'server-timing',
  'retry-after',
  'ratelimit-policy',
  'allow',
  'inference-header-content-length',
];

/**
 * Adds CORS headers. Every path accepts preflights, so that scripts can read a 404 or 405. A failed preflight would hide the
 * reason. An OPTIONS request that is not a preflight is handled like any other method.
 */
export function createCors(settingsOf: SettingsOf): MiddlewareHandler<AppEnv> {
  const allow: MiddlewareHandler<AppEnv> = cors({
    origin: (origin, c) => {
      try {
        return allowedOrigin(origin, c.req, settingsOf(c.env));
      } catch {
        // The guards of the routes report the wrong variable.
        return null;
      }
    },
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
  });
  return async (c, next) => {
    const isOptions = c.req.method === 'OPTIONS';
    if (isOptions && !c.req.header('access-control-request-method')) return next();
    const preflight = await allow(c, next);
    if (preflight && !c.res.headers.has(READERS)) {
      c.header(READERS, '*');
      c.header('access-control-allow-headers', HEADERS);
    }
    const readers = c.res.headers.get(READERS);
    if (readers) c.header('timing-allow-origin', readers);
    return preflight;
  };
}

/** Lets every page read a refusal, which contains no data. Called before the problem is thrown. */
export function letEveryPageRead(c: Context<AppEnv>): void {
  if (c.req.header('origin') !== undefined && !c.res.headers.has(READERS)) c.header(READERS, '*');
}

/**
 * Returns whether the browser will hide the response from the script that sent the request. Requests of HTML forms and of programs
 * have another `Sec-Fetch-Mode` or no `Sec-Fetch-Site`.
 */
export function isHiddenFromPage({ req, res }: Context<AppEnv>): boolean {
  const isCrossOrigin = ['cross-site', 'same-site'].includes(req.header('sec-fetch-site') ?? '');
  return isCrossOrigin && req.header('sec-fetch-mode') === 'cors' && !res.headers.has(READERS);
}

/**
 * Returns whether a page of an origin whose pages may not read the response has sent the request, also with a form. Browsers add the
 * header to every POST.
 */
export function isFromForeignPage({ req, res }: Context<AppEnv>): boolean {
  // A form of this page itself sends the origin `null` under `Referrer-Policy: no-referrer`.
  const isOwn = req.header('sec-fetch-site') === 'same-origin';
  return req.header('origin') !== undefined && !isOwn && !res.headers.has(READERS);
}

/** Returns the value of `Access-Control-Allow-Origin` for a page of `origin`, or null. Without an `Origin` header, `origin` is empty. */
function allowedOrigin(origin: string, request: LocatedRequest, settings: AccessSettings): string | null {
  const { allowedOrigins } = settings;
  if (allowedOrigins.includes('*')) return '*';
  // Programs send no origin. On this machine, it would be parsed as a URL below, and to fail at that takes a third of a millisecond.
  if (origin === '') return null;
  const isAllowed =
    allowedOrigins.some((pattern) => matchesOrigin(pattern, origin)) ||
    origin === new URL(request.url).origin ||
    (isLocal(request, settings) && isLoopback(URL.parse(origin)?.hostname ?? ''));
  return isAllowed ? origin : null;
}
