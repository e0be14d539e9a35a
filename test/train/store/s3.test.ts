/** @file The S3 store against a fake server that is busy, broken or absent; and how a store is opened. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_BUCKET, openLocalStore, openStore } from '../../../train/store/open.ts';
import { s3Store } from '../../../train/store/s3.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

// Retries take time.

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'hidden-key' };
const body = new Uint8Array([1, 2, 3]);

interface FakeResponse {
  status: number;
  /** Error code in the XML error document. */
  code?: string;
  /** A body instead of the error document. */
  text?: string;
  /** Defaults to application/xml. */
  type?: string;
  /** Defaults to "1"; null for none. */
  etag?: null;
}

let server: Server | undefined;
afterEach(() => server?.close());

/** Starts a server that gives the first requests these responses, and later ones 200. It records the requests. */
async function serve(
  ...responses: FakeResponse[]
): Promise<{ endpoint: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    const {
      status,
      code,
      text = '',
      type = 'application/xml',
      etag = '"1"',
    } = responses[requests.length] ?? { status: 200 };
    requests.push(request);
    request.resume().on('end', () => {
      response.writeHead(status, {
        'content-type': type,
        ...(etag !== null && { etag }),
        ...(status === 302 && { location: 'https://login.example/portal?session=1' }),
      });
      response.end(code ? `<Error><Code>${code}</Code><Message>said ${code}</Message></Error>` : text);
    });
  });
  await new Promise<void>((settle) => server?.listen(0, '127.0.0.1', settle));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const open = (endpoint: string) => s3Store({ bucket: 'shelf', endpoint, region: 'auto', credentials });

describe('an S3 store', () => {
  test.each([
    { status: 429, code: 'TooManyRequests' },
    { status: 500, code: 'InternalError' },
    { status: 503, code: 'SlowDown' },
    { status: 409, code: 'ConditionalRequestConflict' },
  ])('retries after $status $code', async (response) => {
    const { endpoint, requests } = await serve(response);
    expect(await open(endpoint).put('key', body, 'text/plain', { ifAbsent: true })).toBe('written');
    expect(requests).toHaveLength(2);
  });

  test('throws with the status when every retry fails', async () => {
    const { endpoint, requests } = await serve(...Array(9).fill({ status: 500, code: 'InternalError' }));
    await expect(open(endpoint).get('key')).rejects.toThrow(
      /^cannot read key in s3:\/\/shelf at http:\S+: expected success, got 500 InternalError: said InternalError\. Retry later/,
    );
    expect(requests).toHaveLength(5);
  });

  test.each([
    { status: 412, code: 'PreconditionFailed', outcome: 'precondition-failed' },
    { status: 404, code: 'NoSuchKey', outcome: 'precondition-failed' },
    { status: 501, code: 'NotImplemented', outcome: 'unsupported' },
  ])('maps $status of a conditional write to $outcome without a retry', async ({ outcome, ...response }) => {
    const { endpoint, requests } = await serve(response);
    expect(await open(endpoint).put('key', body, 'text/plain', { ifMatch: '"1"' })).toBe(outcome);
    expect(requests).toHaveLength(1);
  });

  test.each([412, 501])('throws on %i of an unconditional write', async (status) => {
    const { endpoint } = await serve(...Array(9).fill({ status, code: 'Odd' }));
    await expect(open(endpoint).put('key', body, 'text/plain')).rejects.toThrow(`got ${status} Odd`);
  });

  test('sends the body unencoded, with its length and type', async () => {
    const { endpoint, requests } = await serve();
    await open(endpoint).put('a/key', body, 'text/plain', { ifAbsent: true });
    expect(requests[0]).toMatchObject({ method: 'PUT', url: '/shelf/a/key?x-id=PutObject' });
    expect(requests[0]?.headers).toMatchObject({
      'content-length': '3',
      'content-type': 'text/plain',
      'if-none-match': '*',
    });
    const names = Object.keys(requests[0]?.headers ?? {}).join();
    expect(names).not.toMatch(/expect|content-encoding|x-amz-(checksum|sdk-checksum|trailer)/);
  });

  test.each([
    [403, 'Invalid Host header'],
    [404, '<html>not found</html>'],
    [404, ''],
    [500, 'down'],
  ])('reports that a server with the response %i "%s" is not an S3 API', async (status, text) => {
    const { endpoint } = await serve(...Array(10).fill({ status, text }));
    const notS3 = new RegExp(`expected a response of an S3 API, got ${status} from another server\\. Check`);
    await expect(open(endpoint).get('key')).rejects.toThrow(notS3);
    await expect(open(endpoint).put('key', body, 'text/plain', { ifAbsent: true })).rejects.toThrow(notS3);
  });

  test.each([
    [
      'AccessDenied',
      403,
      '',
      'the permissions s3:GetObject and s3:ListBucket for shelf',
      'The object may be absent: without s3:ListBucket',
    ],
    [
      'AuthorizationHeaderMalformed',
      400,
      "<Message>the region 'auto' is wrong; expecting 'eu-west-1'</Message>",
      'the region eu-west-1',
      'Use --region eu-west-1 or AWS_REGION=eu-west-1.',
    ],
    [
      'AuthorizationHeaderMalformed',
      400,
      '<Message>unexpected scope: 20261128/auto/s3/aws4_request, expected: 20261128/garage/s3/aws4_request</Message>',
      'the region garage',
      'Use --region garage',
    ],
    [
      'AuthorizationHeaderMalformed',
      400,
      '<Region>eu-west-1</Region>',
      'the region eu-west-1',
      'Use --region eu-west-1',
    ],
    ['InvalidRegionName', 400, '', 'the region of the bucket', 'Check --region and AWS_REGION.'],
    [
      'PermanentRedirect',
      301,
      '<Endpoint>s3-eu-west-1.amazonaws.com</Endpoint>',
      'the region of the bucket',
      'The store names the endpoint s3-eu-west-1.amazonaws.com.',
    ],
    ['SecondLevelDomainForbidden', 403, '', 'the bucket in the host name', 'Use --addressing virtual'],
    ['PathStyleDomainForbidden', 403, '', 'the bucket in the host name', 'Use --addressing virtual'],
    ['ExpiredToken', 400, '', 'credentials that have not expired', 'Get new values of AWS_ACCESS_KEY_ID'],
    ['InvalidToken', 400, '', 'credentials that have not expired', 'Unset AWS_SESSION_TOKEN'],
    ['RequestTimeTooSkewed', 403, '', 'by less than 15 minutes', 'Set the clock of this machine.'],
    ['InvalidAccessKeyId', 403, '', 'credentials that may read and write shelf', 'Check AWS_ACCESS_KEY_ID'],
    ['NotImplemented', 501, '', 'a store that implements this request', 'or another store.'],
  ])('explains %s', async (code, status, more, expected, next) => {
    const { endpoint } = await serve(
      ...Array(9).fill({ status, text: `<Error><Code>${code}</Code>${more}</Error>` }),
    );
    const message = await open(endpoint).get('key').catch(String);
    expect(message).toContain(`expected `);
    expect(message).toContain(expected);
    expect(message).toContain(`got ${status} ${code}`);
    expect(message).toContain(next);
  });

  test.each([
    [200, 'text/html', '<html>Please log in</html>', '200 with a web page, such as a login page'],
    [407, 'text/html', '<html>Log in to the proxy</html>', '407 Proxy Authentication Required'],
    [403, 'text/html', '<html>Forbidden</html>', '403 from another server'],
    [302, 'text/html', '', '302 from another server, a redirect to https://login.example'],
    [200, 'application/json', '{}', 'none. Check that the endpoint is an S3 API'],
  ])('takes %i %s for no response of the store', async (status, type, text, got) => {
    const { endpoint } = await serve(...Array(9).fill({ status, text, type, etag: null }));
    const store = open(endpoint);
    await expect(store.get('key')).rejects.toThrow(`got ${got}`);
    await expect(store.put('key', body, 'text/plain', { ifAbsent: true })).rejects.toThrow(`got ${got}`);
  });

  test.each([
    ['a web page', { text: '<html>Please log in</html>', type: 'text/html' }, '200 with a web page'],
    ['another document', { text: '<data/>' }, 'another document'],
    [
      'a page without a token',
      { text: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>' },
      'none. Use a store that implements ListObjectsV2',
    ],
    [
      'the same page for ever',
      {
        text: '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a</NextContinuationToken></ListBucketResult>',
      },
      'that of the last page',
    ],
  ])('rejects a list that is %s', async (_name, response, got) => {
    const { endpoint } = await serve(...Array(9).fill({ status: 200, ...response }));
    await expect(open(endpoint).list('models/')).rejects.toThrow(`got ${got}`);
  });

  test('explains credentials that end in a line break', async () => {
    const { endpoint, requests } = await serve();
    const broken = { ...credentials, accessKeyId: 'AKIDEXAMPLE\n' };
    const store = s3Store({ bucket: 'shelf', endpoint, region: 'auto', credentials: broken });
    await expect(store.get('key')).rejects.toThrow(/fit into a header.*Check AWS_ACCESS_KEY_ID/);
    expect(requests).toEqual([]);
  });

  test('does not wait for ever for credentials', async () => {
    const { endpoint } = await serve();
    const config = join(temporaryFolder(), 'config');
    await writeFile(config, '[default]\ncredential_process = sleep 20\n');
    vi.stubEnv('AWS_CONFIG_FILE', config);
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    const store = s3Store({ bucket: 'shelf', endpoint, region: 'auto', attemptTimeout: 500 });
    const begun = performance.now();
    await expect(store.get('key')).rejects.toThrow('got none in 1 s');
    expect(performance.now() - begun).toBeLessThan(15_000);
    vi.unstubAllEnvs();
  });

  test('reports the address of a server that refuses the connection', async () => {
    const { endpoint } = await serve();
    await new Promise((settle) => server?.close(settle));
    await expect(open(endpoint).get('key')).rejects.toThrow(
      new RegExp(
        `at ${endpoint}: expected a response, got none \\(ECONNREFUSED\\)\\. Check that the store runs`,
      ),
    );
  });
});

describe('openStore', () => {
  test('prefers flags to environment variables to defaults', () => {
    const env = {
      MODEL_BUCKET: 'from-env',
      AWS_ENDPOINT_URL: 'http://general',
      AWS_ENDPOINT_URL_S3: 'http://s3',
    };
    const described = (flags: object, variables: object) => openStore(flags, { ...variables }).description;
    expect(described({ bucket: 'from-flag', endpoint: 'https://flag/' }, env)).toBe(
      's3://from-flag at https://flag',
    );
    expect(described({}, env)).toBe('s3://from-env at http://s3');
    expect(described({}, { ...env, AWS_ENDPOINT_URL_S3: '' })).toBe('s3://from-env at http://general');
    expect(described({}, {})).toBe(`s3://${DEFAULT_BUCKET}`);
  });

  test.each(['no address', 'ftp://host', 'https://user:hidden@host', 'https://user@host'])(
    'rejects the endpoint %s without repeating a password',
    (endpoint) => {
      expect(() => openStore({ endpoint }, {})).toThrow(/^cannot use the endpoint/);
      expect(() => openStore({ endpoint }, {})).not.toThrow('hidden');
    },
  );

  test('opens the local bucket that wrangler.toml configures', async () => {
    const toml = await readFile(new URL('../../../wrangler.toml', import.meta.url), 'utf8');
    expect(openLocalStore('http://localhost:1').description).toBe(
      's3://tinyvgg-models at http://localhost:1/cdn-cgi/local/r2/s3',
    );
    for (const line of [
      'bucket_name = "tinyvgg-models"',
      'accessKeyId = "local"',
      'secretAccessKey = "local-secret"',
    ]) {
      expect(toml).toContain(line);
    }
  });
});
