/** @file The AWS SDK's client for one bucket: how long a request may take, what is retried, and what counts as a response. */
import { addAbortSignal, Readable } from 'node:stream';
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { proxyAgents } from '../proxy.ts';
import type { Address } from './address.ts';
import { IncompleteResponse, UnexpectedResponse } from './s3-errors.ts';

export interface ClientOptions {
  /** By default the AWS SDK reads it from the environment and `~/.aws`. */
  region?: string | undefined;
  /** By default the AWS SDK reads them from the environment, `~/.aws`, or the machine's role. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Milliseconds from the start of an attempt to the last byte of its response. Defaults to ATTEMPT_TIMEOUT. */
  attemptTimeout?: number | undefined;
  /** The store runs on this machine: uses neither the proxy nor the endpoint settings of the environment and `~/.aws`. */
  local?: boolean | undefined;
}

/** Attempts per request, including the first. The SDK waits at most eight seconds in all between them. */
const ATTEMPTS = 5;

/** Milliseconds until a connection attempt times out. */
const CONNECTION_TIMEOUT = 5_000;

export const ATTEMPT_TIMEOUT = 30_000;

/** Bytes. The largest objects are checkpoints, of less than a megabyte. */
const MAX_BODY = 64 * 2 ** 20;

/** The codes of a 409 after which S3 asks for a retry: another request is writing the object. Other stores send 409 when the object exists. */
const WRITTEN_MEANWHILE = ['ConditionalRequestConflict', 'OperationAborted'];

/** Creates a client. It sends no request yet. */
export function connect({ endpoint, addressing }: Address, options: ClientOptions): S3Client {
  const { region, credentials, attemptTimeout = ATTEMPT_TIMEOUT, local } = options;
  const client = new S3Client({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    forcePathStyle: addressing === 'path',
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT,
      requestTimeout: attemptTimeout,
      throwOnRequestTimeout: true,
      ...(!local && agentsOfEnvironment()),
    },
    ...(local && { useFipsEndpoint: false, useDualstackEndpoint: false, defaultsMode: 'standard' }),
    // Stores without the SDK's CRC32 reject it with 501. The registry verifies the SHA-256 before it points an alias at a version.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Miniflare never responds to "Expect: 100-continue", so the SDK would hang with a body of 2 MB or more.
    expectContinueHeader: false,
  });
  retryConflicts(client);
  readWholeResponses(client, attemptTimeout);
  return client;
}

/** Returns agents that use the proxy of the environment, with the SDK's own defaults for connections. */
function agentsOfEnvironment() {
  const options = { keepAlive: true, maxSockets: 50, timeout: CONNECTION_TIMEOUT };
  const { http, https } = proxyAgents(options);
  return { httpAgent: http, httpsAgent: https };
}

/**
 * The SDK retries 429 and 5xx, but not 409. A retry is safe:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html#conditional-error-response
 */
function retryConflicts(client: S3Client): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof S3ServiceException && WRITTEN_MEANWHILE.includes(error.name))
          error.$retryable = {};
        throw error;
      }
    },
    { name: 'retryConflicts', step: 'finalizeRequest', priority: 'low' },
  );
}

/**
 * Reads each response to its end within the attempt. The SDK's timeouts end with the headers, and it leaves the body of an error or of
 * an unused response open, which keeps the process alive. Here a body that stalls or is cut off fails the attempt, so it is retried.
 */
function readWholeResponses(client: S3Client, timeout: number): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const deadline = AbortSignal.timeout(timeout);
      const result = await next(args);
      const response = result.response as HttpResponse;
      requireNoPage(response);
      response.body = Readable.from([await readBody(response.body, timeout, deadline)]);
      return result;
    },
    { name: 'readWholeResponses', step: 'deserialize', priority: 'low' },
  );
}

async function readBody(body: Readable, timeout: number, deadline: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(deadline, body)) {
      length += chunk.length;
      if (length > MAX_BODY) throw new UnexpectedResponse('a response of an S3 API', 'a body without an end');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (cause) {
    if (cause instanceof UnexpectedResponse) throw cause;
    const got = deadline.aborted ? `a part of it in ${timeout / 1000} s` : 'a part of it';
    throw new IncompleteResponse(got, { cause });
  }
}

/** @throws UnexpectedResponse for a success with a web page. Networks with a login page send it in place of any response. */
function requireNoPage({ statusCode, headers, body }: HttpResponse): void {
  // Swift gives empty bodies this type, too.
  const isPage = headers['content-type']?.startsWith('text/html') && headers['content-length'] !== '0';
  if (statusCode >= 300 || !isPage) return;
  body.destroy();
  throw new UnexpectedResponse(
    'a response of an S3 API',
    `${statusCode} with a web page, such as a login page`,
  );
}

/** The SDK types a response as unknown. */
interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Readable;
}
