/** @file CORS: lets web pages read responses. access.ts decides whether a request is admitted. */
import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { AppEnv } from '../http/env.ts';
import { isLocal } from './caller.ts';
import { isLoopback, matchesOrigin } from './origins.ts';
import type { AccessSettings, SettingsOf } from './settings.ts';

const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'if-none-match',
  'x-site-key',
  'cf-turnstile-response',
  'inference-header-content-length',
  // Hugging Face's client sets its own, in browsers too.
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
    if (c.req.method === 'OPTIONS' && !c.req.header('access-control-request-method')) return next();
    const preflight = await allow(c, next);
    const origin = c.res.headers.get('access-control-allow-origin');
    if (origin) c.header('timing-allow-origin', origin);
    return preflight;
  };
}

/** Returns the value of `Access-Control-Allow-Origin` for a page of `origin`, or null. */
function allowedOrigin(origin: string, request: { url: string }, settings: AccessSettings): string | null {
  const { allowedOrigins } = settings;
  if (allowedOrigins.includes('*')) return '*';
  const isAllowed =
    allowedOrigins.some((pattern) => matchesOrigin(pattern, origin)) ||
    origin === new URL(request.url).origin ||
    (isLocal(request, settings) && isLoopback(URL.parse(origin)?.hostname ?? ''));
  return isAllowed ? origin : null;
}
