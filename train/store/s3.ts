/**
 * @file An object store behind any S3 API: Amazon, Cloudflare R2, the local R2 of `wrangler dev`, OpenStack Swift, …
 *
 * Only what these have in common is used: PutObject of a whole body, GetObject, ListObjectsV2.
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
import { explainS3Error, statusOf } from './s3-errors.ts';
import type { Condition, ObjectStore } from './store.ts';

export interface S3Options {
  bucket: string;
  /** Address of the S3 API; without it, Amazon's for the region. */
  endpoint?: string | undefined;
  /** Without it, what the AWS SDK finds in the environment and in `~/.aws`. */
  region?: string | undefined;
  /** Without it, what the AWS SDK finds: environment, `~/.aws`, the role of the machine. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** The bucket in the path instead of the host name; by default wherever an endpoint is given. */
  pathStyle?: boolean | undefined;
  /** Keys asked for in one ListObjectsV2 request; the API gives 1,000 at most. */
  pageSize?: number | undefined;
}

/** Tries per request, the first one included: at most eight seconds of waiting in all, for a store that says it is too busy. */
const ATTEMPTS = 5;

/** Milliseconds until a server that does not accept, or accepts and says nothing, counts as silent. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/**
 * The store in `bucket`.
 * @throws ExplainedError of kind `usage` when the endpoint is no http(s) address; every method throws kind `store`
 */
export function s3Store(options: S3Options): ObjectStore {
  const { bucket } = options;
  const description = describe(options);
  const client = connect(options);

  const explained = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainS3Error(error, { what, bucket, description });
    }
  };

  return {
    description,

    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    get: (key) =>
      explained(`cannot read ${key}`, async () => {
        try {
          const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
          // Without an ETag a later write could not be conditional, and nobody would notice.
          if (!Body || !ETag) throw new Error('an answer without body or ETag');
          return { bytes: new Uint8Array(await Body.transformToByteArray()), etag: ETag };
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),

    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    // https://developers.cloudflare.com/r2/api/s3/extensions/#conditional-operations-in-putobject
    put: (key, bytes, contentType, condition) =>
      explained(`cannot write ${key}`, async () => {
        try {
          // A Uint8Array has a known length, so the body is sent as it is: neither R2 nor its local twin decodes aws-chunked.
          const object = { Bucket: bucket, Key: key, Body: bytes, ContentType: contentType };
          await client.send(new PutObjectCommand({ ...object, ...conditionHeaders(condition) }));
          return 'written';
        } catch (error) {
          const status = statusOf(error);
          if (condition && status === 412) return 'precondition-failed';
          // Amazon answers If-Match on an absent key with 404 NoSuchKey, Cloudflare with 412.
          if (condition && error instanceof Error && error.name === 'NoSuchKey') return 'precondition-failed';
          if (condition && status === 501) return 'unsupported';
          throw error;
        }
      }),

    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    list: (prefix) =>
      explained(`cannot list ${prefix}*`, async () => {
        const keys: string[] = [];
        const pages = paginateListObjectsV2(
          { client, ...(options.pageSize && { pageSize: options.pageSize }) },
          { Bucket: bucket, Prefix: prefix },
        );
        for await (const page of pages) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key);
        }
        return keys.sort();
      }),
  };
}

function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

function connect({ endpoint, region, credentials, pathStyle }: S3Options): S3Client {
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    maxAttempts: ATTEMPTS,
    requestHandler: TIMEOUTS,
    // The SDK's own CRC32 is answered with 501 by stores that do not know it; the registry compares SHA-256 after every write.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The S3 API of `wrangler dev` never answers "Expect: 100-continue", so a body of 2 MB or more would hang.
    expectContinueHeader: false,
  });
  // 429 and 5xx are retried by the SDK. 409 is not, but means for an object "somebody else is writing it at this moment, try again":
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

function describe({ bucket, endpoint }: S3Options): string {
  if (endpoint === undefined) return `s3://${bucket}`;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  // A user:password@ in the address would reach logs; it is refused rather than hidden, and not repeated here.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use the endpoint of the object store',
      expected: 'an address such as https://ACCOUNT.r2.cloudflarestorage.com, without user and password',
      got: url ? `one that begins with ${url.protocol}//${url.username && '…@'}` : 'no address',
      next: 'Check --endpoint, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL.',
    });
  }
  return `s3://${bucket} at ${url.origin}${url.pathname.replace(/\/$/, '')}`;
}
