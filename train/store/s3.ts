/**
 * @file An object store behind any S3 API: Amazon S3, Cloudflare R2, the local R2 of `wrangler dev`, OpenStack Swift, …
 *
 * It uses only operations that all of these support: PutObject with a whole body, GetObject, ListObjectsV2.
 */
import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { ExplainedError } from '#shared/errors.ts';
import { proxyEnv } from '../proxy.ts';
import { explainS3Error, statusOf } from './s3-errors.ts';
import type { Condition, ObjectStore, PutOutcome, StoredObject } from './store.ts';

export interface S3Options {
  bucket: string;
  /** URL of the S3 API; by default Amazon's for the region. */
  endpoint?: string | undefined;
  /** By default the AWS SDK reads it from the environment and `~/.aws`. */
  region?: string | undefined;
  /** By default the AWS SDK reads them from the environment, `~/.aws`, or the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Puts the bucket's name in the path instead of the host name. Defaults to true with an endpoint. */
  pathStyle?: boolean | undefined;
  /** Keys per ListObjectsV2 response; the API's maximum and default is 1,000. */
  pageSize?: number | undefined;
  /** The store runs on this machine: uses neither the proxy nor the endpoint settings of the environment and `~/.aws`. */
  local?: boolean | undefined;
}

/** Attempts per request, including the first. The SDK waits at most eight seconds in all between them. */
const ATTEMPTS = 5;

/** Milliseconds until a connection attempt or a response times out. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * Opens the store in a bucket. It sends no request yet. All methods throw ExplainedErrors of kind `store`.
 * @throws ExplainedError of kind `usage` when the endpoint is not an http(s) URL
 */
export function s3Store(options: S3Options): ObjectStore {
  const { bucket } = options;
  const description = describe(options);
  const client = connect(options);

  const explainErrors = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainS3Error(error, { what, bucket, description });
    }
  };

  return {
    description,
    get: (key) => explainErrors(`cannot read ${key}`, () => getObject(client, bucket, key)),
    put: (key, bytes, contentType, condition) =>
      explainErrors(`cannot write ${key}`, () =>
        putObject(client, bucket, key, bytes, contentType, condition),
      ),
    list: (prefix) =>
      explainErrors(`cannot list ${prefix}*`, () => listKeys(client, bucket, prefix, options.pageSize)),
  };
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
async function getObject(client: S3Client, bucket: string, key: string): Promise<StoredObject | undefined> {
  try {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    // Without an ETag, a later conditional write would silently become unconditional.
    if (!Body || !ETag) throw new Error('a response without body or ETag');
    return { bytes: new Uint8Array(await Body.transformToByteArray()), etag: ETag };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
// https://developers.cloudflare.com/r2/api/s3/extensions/#conditional-operations-in-putobject
async function putObject(
  client: S3Client,
  bucket: string,
  key: string,
  bytes: Uint8Array,
  contentType: string,
  condition: Condition | undefined,
): Promise<PutOutcome> {
  try {
    // The SDK sends a Uint8Array as it is, since it has a length. A stream would be aws-chunked, which neither R2 nor `wrangler dev` decodes.
    const object = { Bucket: bucket, Key: key, Body: bytes, ContentType: contentType };
    await client.send(new PutObjectCommand({ ...object, ...conditionHeaders(condition) }));
    return 'written';
  } catch (error) {
    const status = statusOf(error);
    if (condition && status === 412) return 'precondition-failed';
    // For If-Match on an absent key, Amazon returns 404 NoSuchKey, and Cloudflare 412.
    if (condition && error instanceof Error && error.name === 'NoSuchKey') return 'precondition-failed';
    if (condition && status === 501) return 'unsupported';
    throw error;
  }
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
async function listKeys(
  client: S3Client,
  bucket: string,
  prefix: string,
  pageSize: number | undefined,
): Promise<string[]> {
  const keys: string[] = [];
  const pages = paginateListObjectsV2(
    { client, ...(pageSize && { pageSize }) },
    { Bucket: bucket, Prefix: prefix },
  );
  for await (const page of pages) {
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
  }
  return keys.sort();
}

function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

function connect({ endpoint, region, credentials, pathStyle, local }: S3Options): S3Client {
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    maxAttempts: ATTEMPTS,
    requestHandler: { ...TIMEOUTS, ...(!local && { httpAgent: proxied(), httpsAgent: proxied() }) },
    ...(local && { useFipsEndpoint: false, useDualstackEndpoint: false, defaultsMode: 'standard' }),
    // Stores without the SDK's CRC32 reject it with 501. The registry verifies the SHA-256 before it points an alias at a version.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // `wrangler dev` never responds to "Expect: 100-continue", so the SDK would hang with a body of 2 MB or more.
    expectContinueHeader: false,
  });
  // The SDK retries 429 and 5xx, but not 409. For an object, 409 means that another request is writing it, and that a retry is safe:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof S3ServiceException && statusOf(error) === 409) error.$retryable = {};
        throw error;
      }
    },
    { name: 'retryConflicts', step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}

/** Options of an agent that connects through the proxy of the environment. The timeout ends a tunnel that the proxy does not open. */
const proxied = () => ({ proxyEnv: proxyEnv(), timeout: TIMEOUTS.connectionTimeout });

function describe({ bucket, endpoint }: S3Options): string {
  if (endpoint === undefined) return `s3://${bucket}`;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // A user:password@ in the URL would appear in logs, so it is rejected. The error does not repeat it.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use the endpoint of the object store',
      expected: 'a URL such as https://ACCOUNT.r2.cloudflarestorage.com, without user and password',
      got: url ? `a URL that begins with ${url.protocol}//${url.username && '…@'}` : 'no URL',
      next: 'Check --endpoint, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL.',
    });
  }
  return `s3://${bucket} at ${url.origin}${url.pathname.replace(/\/$/, '')}`;
}
