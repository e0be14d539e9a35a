/** @file Explains the error responses of an S3 API: for each error code, what the store expected and what to do next. */
import { S3ServiceException } from '@aws-sdk/client-s3';

export interface FailedRequest {
  /** What the request could not do, with the object's key. */
  what: string;
  /** The permission that the request needs. */
  action: 's3:GetObject' | 's3:PutObject' | 's3:ListBucket';
  bucket: string;
  description: string;
}

export type Facts = { expected: string; got: string; next: string };

export const CHECK_ENDPOINT =
  'Check that --endpoint, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is the address of an S3 API.';

/** An error response of the store. */
interface Failure {
  status: number;
  /** The error code, such as `NoSuchBucket`. */
  code: string;
  message: string;
  headers: Record<string, string>;
  /** Members that some error documents have. */
  region: string | undefined;
  endpoint: string | undefined;
  request: FailedRequest;
}

type Explain = (failure: Failure) => Facts;

const described = ({ status, code, message }: Failure): string =>
  [`${status} ${code}`, message.replace(/\.$/, '')].filter(Boolean).join(': ');

const wrongRegion: Explain = (failure) => {
  const region = expectedRegion(failure);
  const { endpoint } = failure;
  return {
    expected: region ? `the region ${region}` : 'the region of the bucket',
    got: described(failure),
    next:
      (region ? `Use --region ${region} or AWS_REGION=${region}.` : 'Check --region and AWS_REGION.') +
      (endpoint ? ` The store names the endpoint ${endpoint}.` : ''),
  };
};

const pathStyleForbidden: Explain = ({ status, code }) => ({
  expected: 'requests with the bucket in the host name',
  got: `${status} ${code}`,
  next: 'Use --addressing virtual or AWS_S3_ADDRESSING_STYLE=virtual.',
});

const invalidToken: Explain = ({ status, code }) => ({
  expected: 'temporary credentials that have not expired',
  got: `${status} ${code}`,
  next: 'Get new values of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Unset AWS_SESSION_TOKEN for permanent keys.',
});

const accessDenied: Explain = ({ status, code, request: { action, bucket } }) => ({
  expected:
    action === 's3:GetObject'
      ? `the permissions s3:GetObject and s3:ListBucket for ${bucket}`
      : `the permission ${action} for ${bucket}`,
  got: `${status} ${code}`,
  next:
    (action === 's3:GetObject'
      ? 'The object may be absent: without s3:ListBucket, stores send 403 in place of 404. '
      : '') +
    'Allow s3:GetObject, s3:PutObject and s3:ListBucket; on R2, use a token with Object Read & Write for this bucket.',
});

const invalidCredentials: Explain = ({ status, code, request: { bucket } }) => ({
  expected: `credentials that may read and write ${bucket}`,
  got: `${status} ${code}`,
  next: 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and the clock of this machine. A secret that was read from a file may end in a line break.',
});

/** By error code: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
const BY_CODE: Record<string, Explain> = {
  NoSuchBucket: ({ status, request: { bucket } }) => ({
    expected: `a bucket ${bucket}`,
    got: `${status} NoSuchBucket`,
    next: 'Create the bucket, or name another with --bucket or MODEL_BUCKET.',
  }),
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidRegionName: wrongRegion,
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  // Alibaba Cloud and Tencent Cloud.
  SecondLevelDomainForbidden: pathStyleForbidden,
  PathStyleDomainForbidden: pathStyleForbidden,
  ExpiredToken: invalidToken,
  InvalidToken: invalidToken,
  TokenRefreshRequired: invalidToken,
  AccessDenied: accessDenied,
  RequestTimeTooSkewed: ({ status, code, headers: { date } }) => ({
    expected: 'a clock that differs from the store’s by less than 15 minutes',
    got: `${status} ${code} at ${new Date().toUTCString()} on this machine${date ? `, ${date} in the store` : ''}`,
    next: 'Set the clock of this machine.',
  }),
};

/** By status, for the other codes. */
const BY_STATUS: Record<number, Explain> = {
  401: invalidCredentials,
  403: invalidCredentials,
  409: (failure) => ({
    expected: 'no other write of this object at the same time',
    got: described(failure),
    next: 'Run the command again.',
  }),
  501: (failure) => ({
    expected: 'a store that implements this request',
    got: described(failure),
    next: 'Use a newer version of this store, or another store.',
  }),
};

const otherFailure: Explain = (failure) => ({
  expected: 'success',
  got: described(failure),
  next:
    failure.status >= 500 || failure.status === 429
      ? 'Retry later. Objects that were already written do no harm.'
      : 'Look up this error code in the documentation of the store.',
});

const foreignServer: Explain = ({ status, headers: { location } }) => {
  if (status === 407) {
    return {
      expected: 'a proxy that accepts the request',
      got: '407 Proxy Authentication Required',
      next: 'Check the user and the password in HTTPS_PROXY or HTTP_PROXY.',
    };
  }
  const target = location && URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
  return {
    expected: 'a response of an S3 API',
    got: `${status} from another server${target && `, a redirect${target}`}`,
    next: CHECK_ENDPOINT,
  };
};

/** Explains an error response. @param status its HTTP status */
export function explainResponse(error: ErrorResponse, status: number, request: FailedRequest): Facts {
  const { name: code, $response, Region: region, Endpoint: endpoint } = error;
  const headers = $response?.headers ?? {};
  // The SDK's text for a document without a message.
  const message = error.message === 'UnknownError' ? '' : error.message;
  const failure = { status, code, message, headers, region, endpoint, request };
  const explain = hasErrorCode(error, status, headers)
    ? (BY_CODE[code] ?? BY_STATUS[status] ?? otherFailure)
    : foreignServer;
  return explain(failure);
}

/** Returns whether the response is the store's. A web server, a proxy or a wrong path sends no S3 error document. */
function hasErrorCode(error: Error, status: number, headers: Failure['headers']): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  if ('Code' in error) return true;
  // Some stores send no document when they refuse the credentials.
  return (status === 401 || status === 403) && !headers['content-type']?.startsWith('text/html');
}

/** An error of the SDK. It has the members of the error document. */
export interface ErrorResponse extends Error {
  $response?: { headers: Record<string, string> };
  Region?: string;
  Endpoint?: string;
}

/** Returns the region that the store expects, as far as the response contains it. */
function expectedRegion({ region, headers, message }: Failure): string | undefined {
  // Amazon and Swift: "the region 'auto' is wrong; expecting 'eu-west-1'". Garage: "expected: 20261128/garage/s3/aws4_request".
  const [, quoted, scoped] = /expecting '([\w-]+)'|expected: \d+\/([\w-]+)\//.exec(message) ?? [];
  return region ?? headers['x-amz-bucket-region'] ?? quoted ?? scoped;
}

/** Returns the HTTP status of the response; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  const metadata: Partial<S3ServiceException['$metadata']> = error.$metadata ?? {};
  return metadata.httpStatusCode;
}
