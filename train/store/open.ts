/**
 * @file Opens an object store from flags and environment variables.
 *
 * | flag          | environment                               | default                                                |
 * | ------------- | ----------------------------------------- | ------------------------------------------------------ |
 * | `--bucket`    | `MODEL_BUCKET`                            | `tinyvgg-models`                                       |
 * | `--endpoint`  | `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` | Amazon S3                                              |
 * | `--region`    | `AWS_REGION`, `AWS_DEFAULT_REGION`        | `auto` with an endpoint; else the region in `~/.aws`   |
 * | `--addressing`| `AWS_S3_ADDRESSING_STYLE`                 | `path` with an endpoint, else `virtual`                |
 * | (none)        | `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_PROFILE`, … read by the AWS SDK | |
 *
 * Secrets have no flag: every user of a machine can read the command lines of its processes.
 */
import { ExplainedError } from '#shared/errors.ts';
import { ADDRESSINGS, type Addressing } from './address.ts';
import { s3Store } from './s3.ts';
import type { ObjectStore } from './store.ts';

/** The bucket in wrangler.toml, which the Worker reads. */
export const DEFAULT_BUCKET = 'tinyvgg-models';

export interface StoreFlags {
  bucket?: string | undefined;
  endpoint?: string | undefined;
  region?: string | undefined;
  addressing?: string | undefined;
}

/**
 * Opens the object store that flags and environment select. Flags take precedence. It sends no request yet.
 * @throws ExplainedError of kind `usage` when one of them is invalid
 */
export function openStore(
  flags: StoreFlags = {},
  env: Record<string, string | undefined> = process.env,
): ObjectStore {
  // `||`: an empty variable counts as unset.
  const endpoint = flags.endpoint || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  const region = flags.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint ? 'auto' : undefined);
  const addressing = parseAddressing(flags.addressing || env.AWS_S3_ADDRESSING_STYLE || undefined);
  return s3Store({
    bucket: flags.bucket || env.MODEL_BUCKET || DEFAULT_BUCKET,
    endpoint,
    region,
    addressing,
  });
}

/** Returns whether flags or environment name a bucket or an endpoint. Without them, `openStore` opens a bucket of Amazon S3 that is not ours. */
export const namesStore = (
  { bucket, endpoint }: StoreFlags,
  env: Record<string, string | undefined> = process.env,
): boolean =>
  [bucket, endpoint, env.MODEL_BUCKET, env.AWS_ENDPOINT_URL_S3, env.AWS_ENDPOINT_URL].some(Boolean);

function parseAddressing(text: string | undefined): Addressing | undefined {
  const addressing = ADDRESSINGS.find((one) => one === text);
  if (addressing !== undefined || text === undefined) return addressing;
  throw new ExplainedError({
    kind: 'usage',
    what: 'invalid --addressing or AWS_S3_ADDRESSING_STYLE',
    expected: ADDRESSINGS.join(' or '),
    got: text,
  });
}

/**
 * Opens the bucket of `npm start` on this machine, with the credentials from wrangler.toml. They are valid there only.
 * @param origin the origin of `npm start`
 */
export function openLocalStore(origin = 'http://localhost:8787', bucket = DEFAULT_BUCKET): ObjectStore {
  return s3Store({
    bucket,
    endpoint: `${origin.replace(/\/+$/, '')}/cdn-cgi/local/r2/s3`,
    region: 'auto',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local-secret' },
    local: true,
  });
}
