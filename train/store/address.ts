/** @file The address of a bucket: checks bucket, endpoint and addressing before the first request. */
import { isIP } from 'node:net';
import { ExplainedError } from '#shared/errors.ts';

/** Where a request names the bucket: in the path (`https://host/bucket/key`) or in the host (`https://bucket.host/key`). */
export const ADDRESSINGS = ['path', 'virtual'] as const;
export type Addressing = (typeof ADDRESSINGS)[number];

export interface AddressOptions {
  bucket: string;
  /** URL of the S3 API, without the bucket; by default Amazon's for the region. */
  endpoint?: string | undefined;
  /** Defaults to `path` with an endpoint, else to `virtual`. */
  addressing?: Addressing | undefined;
}

export interface Address {
  endpoint: string | undefined;
  addressing: Addressing;
  /** For logs and errors. It never contains a secret. */
  description: string;
}

/**
 * Hosts of providers whose S3 API has no path. Anything before such a host, or behind it, is the name of a bucket. A path-style request
 * would treat it as the bucket and `--bucket` as a part of the key, so it would succeed and write where nobody reads.
 */
const PROVIDERS = [
  /[^.]+(?:\.(?:eu|fedramp))?\.r2\.cloudflarestorage\.com/,
  /s3[.-](?!.*\.vpce\.)[\w.-]*amazonaws\.com(?:\.cn)?/,
  /storage\.googleapis\.com/,
  /[^.]+\.digitaloceanspaces\.com/,
  /s3\.[\w-]+\.backblazeb2\.com/,
  /s3(?:\.[\w-]+)?\.wasabisys\.com/,
  /(?:s3\.)?oss-[\w-]+\.aliyuncs\.com/,
  /cos\.[\w-]+\.myqcloud\.com/,
].map(({ source }) => new RegExp(`^(?:(?<bucket>.+)\\.)??(?<api>${source})$`));

/**
 * Checks where a bucket is. An endpoint that contains the bucket is refused with the right form.
 * @throws ExplainedError of kind `usage`
 */
export function checkAddress({ bucket, endpoint, addressing }: AddressOptions): Address {
  requireBucketName(bucket);
  if (endpoint === undefined) {
    return { endpoint, addressing: addressing ?? 'virtual', description: `s3://${bucket}` };
  }
  const url = parseEndpoint(endpoint.trim());
  requireNoBucket(url, bucket, addressing);
  if (addressing === 'virtual') requireHostName(url, bucket);
  const path = url.pathname.replace(/\/+$/, '');
  const host = addressing === 'virtual' ? `${bucket}.${url.host}` : url.host;
  return {
    endpoint: `${url.origin}${path}`,
    addressing: addressing ?? 'path',
    description: `s3://${bucket} at ${url.protocol}//${host}${path}`,
  };
}

function requireBucketName(bucket: string): void {
  // A path of dots would lead out of the bucket.
  if (/^arn:(?!aws[\w-]*:s3:::)/.test(bucket) || /^(?!\.+$)[\w.-]+$/.test(bucket)) return;
  const path = bucket.replace(/^(?:https?:\/\/[^/]*\/+|s3:\/\/|arn:aws[\w-]*:s3:::|\/)/, '');
  const [name] = /^[\w.-]*\w[\w.-]*/.exec(path) ?? ['NAME'];
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use the bucket of the object store',
    expected: 'the name of a bucket, without scheme, address or folder',
    got: bucket,
    next: `Use --bucket ${name} or MODEL_BUCKET=${name}.`,
  });
}

function parseEndpoint(text: string): URL {
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!hasScheme) {
    const whole = `${/^(?:localhost|[\d.]+)(?::|\/|$)/.test(text) ? 'http' : 'https'}://${text}`;
    const isHost = URL.canParse(whole) && !/[@?#]/.test(text);
    throw invalidEndpoint('no scheme', isHost ? `Write ${whole}.` : undefined);
  }
  // A user:password@ in the URL would appear in logs, so it is rejected. The error does not repeat it.
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw invalidEndpoint(url ? `a URL that begins with ${url.protocol}//${url.username && '…@'}` : 'no URL');
  }
  // The query of a presigned URL contains a signature, so the error does not repeat it either.
  if (url.search || url.hash) {
    throw invalidEndpoint(`a URL with ${url.search ? '?…' : '#…'}`, `Use ${url.origin}${url.pathname}.`);
  }
  return url;
}

function invalidEndpoint(got: string, next?: string): ExplainedError {
  return new ExplainedError({
    kind: 'usage',
    what: 'cannot use the endpoint of the object store',
    expected: 'a URL such as https://ACCOUNT.r2.cloudflarestorage.com, without user, password and query',
    got,
    next: [next, 'Check --endpoint, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL.'].filter(Boolean).join(' '),
  });
}

/** @throws ExplainedError with the right form when the endpoint contains a bucket, as a provider's page shows it */
function requireNoBucket(url: URL, bucket: string, addressing: Addressing | undefined): void {
  const contains = (got: string, next: string) =>
    new ExplainedError({
      kind: 'usage',
      what: 'cannot use the endpoint of the object store',
      expected: 'the address of the S3 API without the bucket',
      got,
      next,
    });
  const segments = url.pathname.split('/').filter(Boolean).map(decoded);
  const provider = PROVIDERS.map((pattern) => pattern.exec(url.hostname)?.groups).find(Boolean);
  const at = provider ? 0 : segments.lastIndexOf(bucket);
  const isLast = at === segments.length - 1;
  // As with the host below: before the end of the path, the bucket's name may be there by chance.
  if (segments[at] !== undefined && (provider || isLast || addressing !== 'path')) {
    const api = [url.origin, ...segments.slice(0, at)].join('/');
    throw contains(
      `${url.href}, which contains the bucket ${segments[at]}`,
      `Use --endpoint ${api} --bucket ${segments[at]}.${provider || isLast ? '' : itself(url.href)}`,
    );
  }
  // Only an explicit --addressing path says that the host's first label and the bucket have the same name by chance.
  const isInHost = addressing !== 'path' && url.host.startsWith(`${bucket}.`) && !isIP(url.hostname);
  const name = provider?.bucket ?? (isInHost && !provider ? bucket : undefined);
  if (name === undefined) return;
  throw contains(
    `${url.href}, which begins with the bucket ${name}`,
    `Use --endpoint ${url.protocol}//${url.host.slice(name.length + 1)} --bucket ${name} --addressing virtual.` +
      (provider ? '' : itself(url.host)),
  );
}

const itself = (address: string): string => ` If ${address} is the S3 API itself, add --addressing path.`;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The SDK would fall back to path-style requests without a word. */
function requireHostName(url: URL, bucket: string): void {
  const isAddress = isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0;
  if (!isAddress && /^[a-z\d][a-z\d-]{1,61}[a-z\d]$/.test(bucket)) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot put the bucket into the host name, as --addressing virtual asks',
    expected: 'an endpoint with a host name, and a bucket of lower-case letters, digits and hyphens',
    got: `the endpoint ${url.origin} and the bucket ${bucket}`,
    next: 'Use --addressing path.',
  });
}
