/** @file Turns errors of the AWS SDK into errors with a next step. The messages contain names, codes and addresses, but never a key. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { ExplainedError } from '#shared/errors.ts';

type ResponseMetadata = S3ServiceException['$metadata'];

interface FailedRequest {
  /** What the request could not do, with the object's key. */
  what: string;
  bucket: string;
  description: string;
}

type Facts = { expected: string; got: string; next: string };

/** Returns an ExplainedError of kind `store` for any error of a request to an S3 API. */
export function explainS3Error(error: unknown, { what, bucket, description }: FailedRequest): ExplainedError {
  const status = statusOf(error);
  const { expected, got, next } =
    status === undefined ? explainNoResponse(error) : explainResponse(error, status, bucket);
  return new ExplainedError({
    kind: 'store',
    what: `${what} in ${description}`,
    expected,
    got,
    next,
    cause: error,
  });
}

function explainNoResponse(error: unknown): Facts {
  const { name, message } = nameAndMessage(error);
  if (name === 'CredentialsProviderError') {
    return {
      expected: 'credentials',
      got: 'none',
      next: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.',
    };
  }
  if (/region is missing/i.test(message)) {
    return { expected: 'a region', got: 'none', next: 'Set --region or AWS_REGION (R2 takes "auto").' };
  }
  const code = codeOf(error);
  if (code === 'ERR_PROXY_TUNNEL') {
    const next = 'Check HTTPS_PROXY, or exclude the host of the store with NO_PROXY.';
    return { expected: 'a connection through the proxy', got: message, next };
  }
  return {
    expected: 'a response',
    got: code ? `none (${code})` : `${name}: ${message}`,
    next: 'Check that the store runs and that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is its address.',
  };
}

function explainResponse(error: unknown, status: number, bucket: string): Facts {
  const { name, message } = nameAndMessage(error);
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
  if (name === 'NoSuchBucket') {
    return {
      expected: `a bucket ${bucket}`,
      got: `${status} NoSuchBucket`,
      next: 'Create the bucket, or name another with --bucket or MODEL_BUCKET.',
    };
  }
  if (error instanceof S3ServiceException && (status === 401 || status === 403)) {
    return {
      expected: `credentials that may read and write ${bucket}`,
      got: `${status} ${name}`,
      next: 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and the clock of this machine.',
    };
  }
  // A web server, a proxy or a wrong path sends no S3 error document, so the SDK finds no error code.
  if (!(error instanceof S3ServiceException) || message === 'UnknownError') {
    return {
      expected: 'a response of an S3 API',
      got: `${status} from another server`,
      next: 'Check that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is the address of an S3 API.',
    };
  }
  return {
    expected: 'success',
    got: `${status} ${name}${message && message !== name ? `: ${message}` : ''}`,
    next:
      status >= 500 || status === 429
        ? 'Retry later. Objects that were already written do no harm.'
        : 'Look up this error code in the documentation of the store.',
  };
}

function nameAndMessage(error: unknown): { name: string; message: string } {
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

/** Returns the HTTP status of the response; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata: Partial<ResponseMetadata> = error.$metadata ?? {};
  return metadata.httpStatusCode;
}

/** Returns a code such as `ECONNREFUSED`. Node sets it on the error, or on each error of an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
