/** @file Which pages' scripts may read answers, errors included. Whether a request is answered at all, access.ts decides. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from '../env.ts';
import { isThisMachine } from './caller.ts';
import { isLoopback, matches } from './origins.ts';
import type { Settings, SettingsOf } from './settings.ts';

/** Hugging Face's client sends a user agent of its own from browsers, too. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'if-none-match',
  'x-site-key',
  'cf-turnstile-response',
  'inference-header-content-length',
  'user-agent',
];

const EXPOSED_HEADERS = [
  'x-request-id',
  'etag',
  'server-timing',
  'retry-after',
  'ratelimit-policy',
  'allow',
  'inference-header-content-length',
];

/**
 * A preflight says what an origin may do, whatever the address: a page reads 404 and 405 as everybody does, while a preflight that
 * failed would tell it nothing. OPTIONS that is no preflight is a method like others.
 */
export function corsBy(settingsOf: SettingsOf): MiddlewareHandler<AppEnv> {
  const allow: MiddlewareHandler<AppEnv> = cors({
    origin: (origin, c) => {
      try {
        return allowedOrigin(origin, c.req, settingsOf(c.env));
      } catch {
        return null; // misconfigured, which the requests that depend on it say
      }
    },
    allowMethods: ['GET', 'HEAD', 'POST'],
    allowHeaders: ALLOWED_HEADERS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: 86_400,
  });
  return async (c, next) => {
    if (c.req.method === 'OPTIONS' && !c.req.header('access-control-request-method')) return next();
    const preflight = await allow(c, next);
    const origin = c.res.headers.get('access-control-allow-origin');
    if (origin) c.header('timing-allow-origin', origin);
    return preflight;
  };
}

/** What `Access-Control-Allow-Origin` says to a page of `origin`. */
function allowedOrigin(origin: string, request: { url: string }, settings: Settings): string | null {
  const { allowedOrigins } = settings;
  if (allowedOrigins.includes('*')) return '*';
  const isAllowed =
    allowedOrigins.some((pattern) => matches(pattern, origin)) ||
    origin === new URL(request.url).origin ||
    (isThisMachine(request, settings) && isLoopback(URL.parse(origin)?.hostname ?? ''));
  return isAllowed ? origin : null;
}
