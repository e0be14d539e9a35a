/**
 * @file Serves pinned assets: content-hashed files of the field that older pages still load. The asset service has only the files of
 * the current deployment and passes other paths to the Worker. `npm run deploy` copies all of them to the bucket
 * (infra/deploy/pin-assets.ts).
 */
import type { Context } from 'hono';
import type { AppEnv } from './http/env.ts';
import { IMMUTABLE, isNotModified } from './http/file.ts';
import { readObject } from './registry/bucket.ts';

/** The field and the files that it loads later, named by their content. */
const PATH = /^\/field(?:\.|\/[\w-]+-)[0-9a-f]{16}\.(js|wasm)$/;

/** Bytes of the largest file, several times that of the field's largest. */
const LARGEST_ASSET = 4 * 2 ** 20;

const CONTENT_TYPES: Record<string, string> = { js: 'text/javascript', wasm: 'application/wasm' };

/** Key in the bucket of the file at `path`. */
export const pinnedAssetKey = (path: string): string => `site${path}`;

export const isPinnedAsset = (path: string): boolean => PATH.test(path);

/**
 * Returns the response for a pinned asset, or 304.
 * @returns undefined when the path is none or the bucket lacks the file
 * @throws ExplainedError of kind `store`
 */
export async function pinnedAsset(c: Context<AppEnv>): Promise<Response | undefined> {
  const { req, env } = c;
  const [, extension] = PATH.exec(req.path) ?? [];
  if (extension === undefined || !['GET', 'HEAD'].includes(req.method)) return undefined;
  const key = pinnedAssetKey(req.path);
  // The file is read whole, so that a body that stalls ends with an error, not with a response that never ends.
  const file = await readObject(env.MODELS, key, LARGEST_ASSET);
  if (!file) return undefined;
  const etag = `"${file.etag}"`;
  const isUnchanged = isNotModified(c, etag);
  return new Response(isUnchanged ? null : file.bytes, {
    status: isUnchanged ? 304 : 200,
    headers: {
      'content-type': CONTENT_TYPES[extension] as string,
      'cache-control': IMMUTABLE,
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      etag,
    },
  });
}
