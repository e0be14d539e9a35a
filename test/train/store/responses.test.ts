/** @file Responses that stall, drip or are cut off: they are retried, they end in time, and no connection stays open. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { s3Store } from '../../../train/store/s3.ts';
import { type Habit, type S3Request, startOddS3 } from '../../support/odd-s3.ts';

let server: Awaited<ReturnType<typeof startOddS3>>;
afterEach(() => server.stop());

const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const content = new TextEncoder().encode('a whole object');

/** Milliseconds for an attempt. A busy machine needs less for a response on loopback. */
const ATTEMPT = 1_000;

/** Starts a server with an object. @param fail sends a part of the response */
async function start(
  fail: (request: S3Request, response: ServerResponse) => void,
  { times = Infinity, attemptTimeout = ATTEMPT } = {},
) {
  const respond: Habit['respond'] = (request, response) => {
    if (request.method !== 'GET' || request.count > times) return false;
    fail(request, response);
    return true;
  };
  server = await startOddS3({ respond });
  const { endpoint } = server;
  const store = s3Store({ bucket: 'shelf', endpoint, region: 'auto', credentials, attemptTimeout });
  await store.put('key', content, 'text/plain');
  return store;
}

const HEADERS = { etag: '"1"', 'content-length': content.length };

/** Sends the headers and the first bytes. */
const begin = (response: ServerResponse, status = 200): void => {
  response.writeHead(status, HEADERS).write(content.subarray(0, 3));
};

test('a web page that never ends is refused at once', async () => {
  const store = await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
  });
  await expect(store.get('key')).rejects.toThrow('got 200 with a web page');
  expect(server.requests.filter((line) => line === 'GET key')).toHaveLength(1);
  await vi.waitFor(async () => expect(await server.connections()).toBeLessThanOrEqual(1), 10_000);
});

test('a body that never ends is refused before it fills the memory', async () => {
  const megabyte = Buffer.alloc(2 ** 20);
  const sendForever = (_request: S3Request, response: ServerResponse): void => {
    response.writeHead(403, { 'content-type': 'application/xml' });
    const send = (): void => void response.write(megabyte, (error) => error ?? send());
    send();
  };
  const store = await start(sendForever, { attemptTimeout: 600_000 });
  await expect(store.get('key')).rejects.toThrow('got a body without an end');
  expect(server.requests.filter((line) => line === 'GET key')).toHaveLength(1);
});

const FAULTS: [name: string, fail: Parameters<typeof start>[0], got: RegExp][] = [
  ['stalls before the headers', () => {}, /got none in 2 s/],
  ['stalls in the body', (_request, response) => begin(response), /got none in 2 s/],
  ['stalls in the body of an error', (_request, response) => begin(response, 403), /got none in 2 s/],
  [
    'drips',
    (_request, response) => {
      begin(response);
      const timer = setInterval(() => response.write('.'), 400);
      response.on('close', () => clearInterval(timer));
    },
    /got none in 2 s/,
  ],
  [
    'is cut off in the body',
    (_request, response) => {
      begin(response);
      setTimeout(() => response.destroy(), 20);
    },
    /expected a whole response, got a part of it\. Retry later/,
  ],
  ['is cut off before the headers', (_request, response) => response.destroy(), /got none \(ECONNRESET\)/],
];

describe.each(FAULTS)('a response that %s', (_name, fail, got) => {
  test('is retried', async () => {
    const store = await start(fail, { times: 1 });
    expect((await store.get('key'))?.bytes).toEqual(content);
    expect(server.requests.filter((line) => line === 'GET key')).toHaveLength(2);
  });

  test('fails in time when every attempt fails, and leaves no connection open', async () => {
    const store = await start(fail);
    const begun = performance.now();
    await expect(store.get('key')).rejects.toThrow(got);
    // Twice the time of an attempt, or five attempts with at most eight seconds between them.
    expect(performance.now() - begun).toBeLessThan(10_000);
    // The connection of the PUT may stay open for reuse.
    await vi.waitFor(async () => expect(await server.connections()).toBeLessThanOrEqual(1), 10_000);
  });
});
