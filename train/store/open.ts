/**
 * @file From flags and environment to an object store.
 *
 * | flag          | environment                               | default                                                |
 * | ------------- | ----------------------------------------- | ------------------------------------------------------ |
 * | `--bucket`    | `MODEL_BUCKET`                            | `tinyvgg-models`                                       |
 * | `--endpoint`  | `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` | Amazon S3                                              |
 * | `--region`    | `AWS_REGION`, `AWS_DEFAULT_REGION`        | `auto` with an endpoint; else what `~/.aws` says       |
 * | (none)        | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_PROFILE`, … read by the AWS SDK | |
 *
 * Secrets have no flag: a command line is visible to every user of a machine.
 */
import { s3Store } from './s3.ts';
import type { ObjectStore } from './store.ts';

/** The bucket of wrangler.toml, which the Worker reads. */
export const DEFAULT_BUCKET = 'tinyvgg-models';

export interface StoreFlags {
  bucket?: string | undefined;
  endpoint?: string | undefined;
  region?: string | undefined;
}

/**
 * The object store that flags and environment name; a flag wins. Nothing is sent yet.
 * @throws ExplainedError of kind `usage` when the endpoint is no http(s) address
 */
export function openStore(
  flags: StoreFlags = {},
  env: Record<string, string | undefined> = process.env,
): ObjectStore {
  // `||`: an empty variable is an unset one.
  const endpoint = flags.endpoint || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  const region = flags.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint ? 'auto' : undefined);
  return s3Store({ bucket: flags.bucket || env.MODEL_BUCKET || DEFAULT_BUCKET, endpoint, region });
}

/**
 * The bucket that `wrangler dev` serves on this machine, with the keys that wrangler.toml gives it (they open nothing else).
 * @param origin where `wrangler dev` answers
 */
export function openLocalStore(origin = 'http://localhost:8787'): ObjectStore {
  return s3Store({
    bucket: DEFAULT_BUCKET,
    endpoint: `${origin}/cdn-cgi/local/r2/s3`,
    region: 'auto',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
  });
}
