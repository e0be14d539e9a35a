/**
 * @file Addresses of the field that never change, after later deployments: the asset service has the present files alone, and asks the
 * Worker for others. `npm run deploy` puts those that it publishes into the bucket, too (infra/deploy/pin-assets.ts).
 */
import type { Context } from 'hono';
import type { AppEnv } from './env.ts';
import { withTimeout } from './registry/store.ts';

/** What is named by its content: the field itself, and what it fetches later. */
const PATH = /^\/field(?:\.|\/[\w-]+-)[0-9a-f]{16}\.(js|wasm)$/;

const TYPES: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' };

/** Key in the bucket of a file that is served at `path`. */
export const keyOf = (path: string): string => `site${path}`;

export const isKept = (path: string): boolean => PATH.test(path);

/**
 * The file at this address, if an earlier deployment has kept one.
 * @throws ExplainedError of kind `store`
 */
export async function earlierFile({ req, env }: Context<AppEnv>): Promise<Response | undefined> {
  const [, extension] = PATH.exec(req.path) ?? [];
  if (extension === undefined || !['GET', 'HEAD'].includes(req.method)) return undefined;
  const key = keyOf(req.path);
  const file = await withTimeout(key, () => env.MODELS.get(key));
  if (!file) return undefined;
  return new Response(file.body, {
    headers: {
      'content-type': TYPES[extension] as string,
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      etag: file.httpEtag,
    },
  });
}
