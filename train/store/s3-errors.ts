/** @file Turns errors of the AWS SDK into errors with a next step. The messages contain names, codes and addresses, but never a key. */
import { ExplainedError } from '#shared/errors.ts';
import { CHECK_ENDPOINT, explainResponse, type Facts, type FailedRequest, statusOf } from './s3-responses.ts';

/** A successful response that no S3 API sends. */
export class UnexpectedResponse extends Error {
  readonly facts: Facts;

  constructor(expected: string, got: string, next = CHECK_ENDPOINT) {
    super(`expected ${expected}, got ${got}`);
    this.facts = { expected, got, next };
  }
}

/** A response that did not arrive as a whole. The SDK retries errors of this name. */
export class IncompleteResponse extends Error {
  override readonly name = 'TimeoutError';
}

/** Returns an ExplainedError of kind `store` for any error of a request to an S3 API. */
export function explainS3Error(error: unknown, request: FailedRequest): ExplainedError {
  return new ExplainedError({
    kind: 'store',
    what: `${request.what} in ${request.description}`,
    ...factsOf(error instanceof Error ? error : new Error(String(error)), request),
    cause: error,
  });
}

function factsOf(error: Error, request: FailedRequest): Facts {
  if (error instanceof UnexpectedResponse) return error.facts;
  const status = statusOf(error);
  return status === undefined ? explainNoResponse(error) : explainResponse(error, status, request);
}

function explainNoResponse(error: Error): Facts {
  const { name, message } = error;
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
  if (error instanceof IncompleteResponse) {
    return {
      expected: 'a whole response',
      got: message,
      next: 'Retry later. If it happens again, check the store, and proxies between it and this machine.',
    };
  }
  const code = codeOf(error);
  if (code === 'ERR_INVALID_CHAR') {
    return {
      expected: 'credentials that fit into a header',
      got: 'a line break or another control character',
      next: 'Check AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN. A secret that was read from a file may end in a line break.',
    };
  }
  if (code === 'ERR_PROXY_TUNNEL') {
    const next = 'Check HTTPS_PROXY, or exclude the host of the store with NO_PROXY.';
    return { expected: 'a connection through the proxy', got: message, next };
  }
  if (code && /CERT|SIGNATURE|^ERR_TLS/.test(code)) {
    return {
      expected: 'a certificate that Node.js trusts',
      got: code,
      next: 'Name the certificate of your own authority in NODE_EXTRA_CA_CERTS, or check the host name of the endpoint.',
    };
  }
  return {
    expected: 'a response',
    got: code ? `none (${code})` : `${name}: ${message}`,
    next: 'Check that the store runs and that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is its address.',
  };
}

/** Returns a code such as `ECONNREFUSED`. Node sets it on the error, or on each error of an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
