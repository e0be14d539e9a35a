/**
 * @file A typed client for TypeScript. The compiler checks paths, queries and responses.
 * https://hono.dev/docs/guides/rpc
 */
import { type ClientRequestOptions, hc } from 'hono/client';
import type { AppType } from './app.ts';

/**
 * Creates a client.
 *
 * Pass a body other than JSON with the call: `client.v1.classify.$post({ query: {} }, { init: { body: file } })`.
 *
 * Pass an API key for all calls: `createClient(origin, { headers: { authorization: `Bearer ${key}` } })`. On a web page, pass a
 * site key: `{ headers: { 'x-site-key': key } }`.
 */
export function createClient(origin: string, options?: ClientRequestOptions) {
  return hc<AppType>(origin, options);
}
