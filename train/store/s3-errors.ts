/** @file What the AWS SDK throws, as an error that its reader can act on. Nothing here shows a key: only names, codes and addresses. */
import { S3ServiceException } from '@aws-sdk/client-s3';
import { ExplainedError } from '#shared/errors.ts';

type ResponseMetadata = S3ServiceException['$metadata'];

interface Attempt {
  /** What could not be done, naming the key. */
  what: string;
  bucket: string;
  description: string;
}

/** An ExplainedError of kind `store` for whatever a request to an S3 API ended with. */
export function explainS3Error(error: unknown, { what, bucket, description }: Attempt): ExplainedError {
  const { expected, got, next } = facts(error, bucket);
  return new ExplainedError({
    kind: 'store',
    what: `${what} in ${description}`,
    expected,
    got,
    next,
    cause: error,
  });
}

function facts(error: unknown, bucket: string): { expected: string; got: string; next: string } {
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);

  if (status === undefined) {
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
    return {
      expected: 'an answer',
      got: code ? `none (${code})` : `${name}: ${message}`,
      next: 'Check that the store runs and that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is its address.',
    };
  }
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
  // A web server, a proxy or a wrong path: no error document, so the SDK has no code to name.
  if (!(error instanceof S3ServiceException) || message === 'UnknownError') {
    return {
      expected: 'an answer of an S3 API',
      got: `${status} from something else`,
      next: 'Check that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is the address of an S3 API.',
    };
  }
  return {
    expected: 'success',
    got: `${status} ${name}${message && message !== name ? `: ${message}` : ''}`,
    next: status >= 500 || status === 429 ? 'Try again later; what was written so far does no harm.' : '',
  };
}

/** The HTTP status of the answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata: Partial<ResponseMetadata> = error.$metadata ?? {};
  return metadata.httpStatusCode;
}

/** `ECONNREFUSED` and the like: Node puts it on the error, or on each error of an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
