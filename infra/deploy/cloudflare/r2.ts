/**
 * @file R2 by Cloudflare's API, for commands that have a login at Cloudflare but no S3 credentials.
 * https://developers.cloudflare.com/api/resources/r2/subresources/buckets/subresources/objects/
 */
import * as v from 'valibot';
import type { ObjectStore, StoreEntry } from '../../../train/store/store.ts';
import type { Account } from './account.ts';
import { apiBase, callApi, callJson } from './request.ts';

/** Error codes of R2. */
const NO_SUCH_BUCKET = 10006;
const NO_SUCH_KEY = 10007;

const ObjectList = v.object({
  result: v.array(v.object({ key: v.string(), etag: v.optional(v.string(), '') })),
  result_info: v.optional(
    v.object({ cursor: v.optional(v.string()), is_truncated: v.optional(v.boolean()) }),
  ),
});

const buckets = ({ id }: Account): string => `${apiBase()}/accounts/${id}/r2/buckets`;

/**
 * Creates a bucket, unless it exists.
 * @returns whether it was created
 * @throws ExplainedError of kind `store`
 */
export async function ensureBucket(account: Account, name: string): Promise<boolean> {
  const { token } = account;
  const found = await callJson(`${buckets(account)}/${name}`, {
    token,
    method: 'GET',
    absent: [NO_SUCH_BUCKET],
  });
  if (found !== undefined) return false;
  await callJson(buckets(account), { token, method: 'POST', body: JSON.stringify({ name }) });
  return true;
}

/** Opens a bucket. The API has no conditional writes. All methods throw ExplainedErrors of kind `store`. */
export function r2Store(account: Account, bucket: string): ObjectStore {
  const { token } = account;
  const objects = `${buckets(account)}/${bucket}/objects`;
  // Slashes must not be escaped.
  const objectUrl = (key: string) => `${objects}/${key.split('/').map(encodeURIComponent).join('/')}`;

  async function entries(prefix: string): Promise<StoreEntry[]> {
    const found: StoreEntry[] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ prefix, per_page: '1000', ...(cursor && { cursor }) });
      const page = v.parse(ObjectList, await callJson(`${objects}?${query}`, { token, method: 'GET' }));
      found.push(...page.result);
      cursor = page.result_info?.is_truncated === false ? undefined : page.result_info?.cursor || undefined;
    } while (cursor !== undefined);
    return found.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  return {
    description: `the R2 bucket ${bucket}`,
    entries,
    list: async (prefix) => (await entries(prefix)).map(({ key }) => key),
    async get(key) {
      const object = await callApi(objectUrl(key), { token, method: 'GET', absent: [NO_SUCH_KEY] });
      return object && { bytes: object.bytes, etag: object.headers.get('etag') ?? '' };
    },
    async put(key, bytes, contentType, condition) {
      if (condition) return 'unsupported';
      await callApi(objectUrl(key), { token, method: 'PUT', body: bytes, contentType });
      return 'written';
    },
  };
}
