/**
 * @file A typed client for TypeScript: every address, its query and its answer are known to the compiler.
 * https://hono.dev/docs/guides/rpc
 */
import { type ClientRequestOptions, hc } from 'hono/client';
import type { AppType } from './app.ts';

/**
 * Bodies that are no JSON go with a call: `client.v1.classify.$post({ query: {} }, { init: { body: file } })`.
 *
 * A key goes with all of them: `createClient(origin, { headers: { authorization: `Bearer ${key}` } })`, in a page
 * `{ headers: { 'x-site-key': key } }`.
 */
export function createClient(origin: string, options?: ClientRequestOptions) {
  return hc<AppType>(origin, options);
}
