/** @file An object store behind any S3 API: Amazon S3, Cloudflare R2, the local R2 of Miniflare, OpenStack Swift, … */
import { lazy } from '#shared/lazy.ts';
import { checkAddress } from './address.ts';
import type { S3Options } from './s3-bucket.ts';
import type { ObjectStore } from './store.ts';

/**
 * Opens the store in a bucket. It sends no request yet. All methods throw ExplainedErrors of kind `store`. An operation with its retries
 * takes at most twice the time of an attempt.
 * @throws ExplainedError of kind `usage` when the bucket or the endpoint is invalid
 */
export function s3Store(options: S3Options): ObjectStore {
  const address = checkAddress(options);
  // The AWS SDK is a third of the program's start. Commands without a request do not load it.
  const bucket = lazy(async () => (await import('./s3-bucket.ts')).openBucket(address, options));
  return {
    description: address.description,
    get: async (key) => (await bucket()).get(key),
    put: async (...object) => (await bucket()).put(...object),
    list: async (prefix) => (await bucket()).list(prefix),
    entries: async (prefix) => (await bucket()).entries(prefix),
  };
}
