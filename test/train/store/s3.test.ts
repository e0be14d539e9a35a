/** @file What an S3 store does when the server is busy, broken or silent, and how a store is opened; against a server of a few lines. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_BUCKET, openLocalStore, openStore } from '../../../train/store/open.ts';
import { s3Store } from '../../../train/store/s3.ts';

// Trying again takes its time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 100_000 });

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'hidden-key' };
const body = new Uint8Array([1, 2, 3]);

interface Answer {
  status: number;
  /** Code of the error document. */
  code?: string;
  /** The body in place of an error document. */
  text?: string;
}

let server: Server | undefined;
afterEach(() => server?.close());

/** Answers the first requests with `answers`, all later ones with 200; keeps what it was asked. */
async function serve(...answers: Answer[]): Promise<{ endpoint: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  server = createServer((request, response) => {
    const { status, code, text = '' } = answers[requests.length] ?? { status: 200 };
    requests.push(request);
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/xml', etag: '"1"' });
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
  ])('tries again after $status $code', async (answer) => {
    const { endpoint, requests } = await serve(answer);
    expect(await open(endpoint).put('key', body, 'text/plain', { ifAbsent: true })).toBe('written');
    expect(requests).toHaveLength(2);
  });

  test('gives up on a store that stays broken, with its status', async () => {
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
  ])('takes $status for a conditional write as $outcome, at once', async ({ outcome, ...answer }) => {
    const { endpoint, requests } = await serve(answer);
    expect(await open(endpoint).put('key', body, 'text/plain', { ifMatch: '"1"' })).toBe(outcome);
    expect(requests).toHaveLength(1);
  });

  test.each([412, 501])('takes %i for a write without condition as an error', async (status) => {
    const { endpoint } = await serve(...Array(9).fill({ status, code: 'Odd' }));
    await expect(open(endpoint).put('key', body, 'text/plain')).rejects.toThrow(`got ${status} Odd`);
  });

  test('sends the body as it is: plain, of known length, with its type', async () => {
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
  ])('says that what answers %i "%s" is no S3 API', async (status, text) => {
    const { endpoint } = await serve(...Array(10).fill({ status, text }));
    const refused = new RegExp(
      `expected a response of an S3 API, got ${status} from another server\\. Check`,
    );
    await expect(open(endpoint).get('key')).rejects.toThrow(refused);
    await expect(open(endpoint).put('key', body, 'text/plain', { ifAbsent: true })).rejects.toThrow(refused);
  });

  test('says that nobody answers, and where', async () => {
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
  test('takes flags before environment before defaults', () => {
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
    'refuses the endpoint %s without repeating a password',
    (endpoint) => {
      expect(() => openStore({ endpoint }, {})).toThrow(/^cannot use the endpoint/);
      expect(() => openStore({ endpoint }, {})).not.toThrow('hidden');
    },
  );

  test('the local store is the one in wrangler.toml', async () => {
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
