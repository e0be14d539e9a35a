/** @file The buckets of the local stand-in for Cloudflare: the part of the R2 API that wrangler and the deployment's commands use. */
import { createHash } from 'node:crypto';

/** A response of the API: an error code with its status, an object's bytes, or a result. */
export type R2Response =
  | { status: number; code: number; message: string }
  | { bytes: Buffer; etag: string }
  | { result: unknown; result_info?: object };

const NO_BUCKET = { status: 404, code: 10006, message: 'The specified bucket does not exist.' };
const NO_KEY = { status: 404, code: 10007, message: 'The specified key does not exist.' };
const NOT_ENABLED = {
  status: 403,
  code: 10042,
  message: 'Please enable R2 through the Cloudflare Dashboard.',
};

/** Objects in a page of a list. Cloudflare's are larger; a small page tests the cursor. */
const PAGE = 3;

export class LocalR2 {
  readonly buckets = new Map<string, Map<string, Buffer>>();
  /** False for an account that has not enabled R2. */
  enabled = true;
  /** Called after each write. */
  onWrite: (bucket: string, key: string, bytes: Buffer) => Promise<void> = async () => {};

  /** @param path after `/r2/buckets` */
  async handle(method: string, path: string, query: URLSearchParams, body: Buffer): Promise<R2Response> {
    if (!this.enabled) return NOT_ENABLED;
    if (path === '' && method === 'POST') {
      const { name } = JSON.parse(body.toString());
      this.buckets.set(name, new Map());
      return { result: { name } };
    }
    if (path === '') return { result: { buckets: [...this.buckets.keys()].map((name) => ({ name })) } };
    const [, name = '', key] = /^\/([\w-]+)(?:\/objects(?:\/(.+))?)?$/.exec(path) ?? [];
    const bucket = this.buckets.get(name);
    if (!bucket) return NO_BUCKET;
    if (!path.includes('/objects')) return { result: { name } };
    if (key === undefined) return this.#list(bucket, query);
    const decoded = decodeURIComponent(key);
    if (method === 'PUT') {
      bucket.set(decoded, body);
      await this.onWrite(name, decoded, body);
      return { result: { key: decoded } };
    }
    const bytes = bucket.get(decoded);
    return bytes ? { bytes, etag: etagOf(bytes) } : NO_KEY;
  }

  #list(bucket: Map<string, Buffer>, query: URLSearchParams): R2Response {
    const after = query.get('cursor') ?? '';
    const keys = [...bucket.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort();
    const rest = keys.filter((key) => key > after);
    const page = rest.slice(0, PAGE);
    const result = page.map((key) => ({ key, etag: etagOf(bucket.get(key) as Buffer) }));
    const isTruncated = rest.length > PAGE;
    const cursor = isTruncated ? page.at(-1) : '';
    return { result, result_info: { is_truncated: isTruncated, cursor } };
  }
}

const etagOf = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
