/** @file A bucket behind an S3 API. It uses only operations that all stores support: PutObject with a whole body, GetObject, ListObjectsV2. */
import { once } from 'node:events';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Address, AddressOptions } from './address.ts';
import { ATTEMPT_TIMEOUT, type ClientOptions, connect } from './s3-client.ts';
import { explainS3Error, IncompleteResponse, UnexpectedResponse } from './s3-errors.ts';
import { type FailedRequest, statusOf } from './s3-responses.ts';
import type { Condition, ObjectStore, PutOutcome, StoredObject, StoreEntry } from './store.ts';

export interface S3Options extends AddressOptions, ClientOptions {
  /** Keys per ListObjectsV2 response; the API's maximum and default is 1,000. */
  pageSize?: number | undefined;
}

/** A bucket, and the signal that ends the operation. */
interface Request {
  client: S3Client;
  bucket: string;
  abort: { abortSignal: AbortSignal };
}

/** Error codes of stores that do not know a conditional header. The same write without a condition fails too if the cause is another. */
const UNSUPPORTED = ['NotImplemented', 'NotSupported', 'InvalidArgument', 'InvalidRequest'];

/** Opens the bucket at an address: the methods of a store. It sends no request yet. */
export function openBucket(address: Address, options: S3Options): Omit<ObjectStore, 'description'> {
  const { bucket, attemptTimeout = ATTEMPT_TIMEOUT, pageSize } = options;
  const { description } = address;
  const client = connect(address, options);

  const run = async <T>(
    failed: Pick<FailedRequest, 'what' | 'action'>,
    operate: (request: Request) => Promise<T>,
  ): Promise<T> => {
    const timeout = 2 * attemptTimeout;
    const abortSignal = AbortSignal.timeout(timeout);
    try {
      // The SDK does not pass the signal to the requests for credentials.
      return await Promise.race([operate({ client, bucket, abort: { abortSignal } }), endOf(abortSignal)]);
    } catch (error) {
      const cause = abortSignal.aborted ? new IncompleteResponse(`none in ${timeout / 1000} s`) : error;
      throw explainS3Error(cause, { ...failed, bucket, description });
    }
  };

  const entries = (prefix: string) =>
    run({ what: `cannot list ${prefix}*`, action: 's3:ListBucket' }, (request) =>
      listEntries(request, prefix, pageSize),
    );

  return {
    entries,
    get: (key) =>
      run({ what: `cannot read ${key}`, action: 's3:GetObject' }, (request) => getObject(request, key)),
    put: (key, bytes, contentType, condition) =>
      run({ what: `cannot write ${key}`, action: 's3:PutObject' }, (request) =>
        putObject(request, { Key: key, Body: bytes, ContentType: contentType }, condition),
      ),
    list: async (prefix) => (await entries(prefix)).map(({ key }) => key),
  };
}

/** @throws the signal's reason when it aborts */
async function endOf(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  throw signal.reason;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
async function getObject({ client, bucket, abort }: Request, key: string): Promise<StoredObject | undefined> {
  try {
    const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), abort);
    if (!Body) throw new UnexpectedResponse('an object', 'no body');
    return { bytes: new Uint8Array(await Body.transformToByteArray()), etag: strongETag(ETag) };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
// https://developers.cloudflare.com/r2/api/s3/extensions/#conditional-operations-in-putobject
async function putObject(
  { client, bucket, abort }: Request,
  object: { Key: string; Body: Uint8Array<ArrayBuffer>; ContentType: string },
  condition: Condition | undefined,
): Promise<PutOutcome> {
  try {
    // The SDK sends a Uint8Array as it is, since it has a length. A stream would be aws-chunked, which neither R2 nor Miniflare decodes.
    const input = { Bucket: bucket, ...object, ...conditionHeaders(condition) };
    const { ETag } = await client.send(new PutObjectCommand(input), abort);
    strongETag(ETag);
    return 'written';
  } catch (error) {
    const outcome = condition && error instanceof Error ? outcomeOf(error) : undefined;
    if (outcome) return outcome;
    throw error;
  }
}

/** Returns what the error of a conditional write means; undefined when the cause is not the condition. */
function outcomeOf(error: Error): PutOutcome | undefined {
  const status = statusOf(error);
  // Amazon sends 412, and 404 NoSuchKey for If-Match on an absent key. Other stores send 304, or 409 for an object that exists.
  if (status === 412 || status === 304 || status === 409 || error.name === 'NoSuchKey') {
    return 'precondition-failed';
  }
  if (status === 501 || (status === 400 && UNSUPPORTED.includes(error.name))) return 'unsupported';
  return undefined;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
async function listEntries(
  { client, bucket, abort }: Request,
  prefix: string,
  pageSize: number | undefined,
): Promise<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  let token: string | undefined;
  do {
    const input = { Bucket: bucket, Prefix: prefix, MaxKeys: pageSize, ContinuationToken: token };
    const page = await client.send(new ListObjectsV2Command(input), abort);
    if (page.IsTruncated === undefined) throw new UnexpectedResponse('a list of objects', 'another document');
    for (const { Key: key, ETag, LastModified: modified } of page.Contents ?? [])
      if (key !== undefined)
        entries.push({ key, etag: ETag === undefined ? '' : strongETag(ETag), modified });
    const next = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && (next === undefined || next === token)) {
      throw new UnexpectedResponse(
        'the continuation token of the next page',
        next === undefined ? 'none' : 'that of the last page',
        'Use a store that implements ListObjectsV2.',
      );
    }
    token = next;
  } while (token !== undefined);
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function conditionHeaders(condition: Condition | undefined): { IfNoneMatch?: string; IfMatch?: string } {
  if (!condition) return {};
  return 'ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch };
}

/**
 * Returns an ETag in the only form that If-Match accepts, quoted and strong. Some proxies mark it as weak, and some stores omit the quotes.
 * @throws UnexpectedResponse without an ETag. A conditional write would silently become unconditional.
 */
function strongETag(etag: string | undefined): string {
  const [, tag] = /^(?:W\/)?"?([^"]+)"?$/.exec(etag ?? '') ?? [];
  if (tag !== undefined) return `"${tag}"`;
  throw new UnexpectedResponse(
    'a response with an ETag',
    etag === undefined ? 'none' : etag,
    'Check that the endpoint is an S3 API, and that no proxy removes the header ETag.',
  );
}
