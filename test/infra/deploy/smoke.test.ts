/**
 * @file `npm run smoke` against local Workers: a correct deployment, and one with each kind of fault.
 * @module-tag slow
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smokeTest } from '../../../infra/deploy/smoke/smoke-test.ts';
import { sha256 } from '../../../shared/digest.ts';
import { push } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/release/release.ts';
import { openLocalStore } from '../../../train/store/open.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from '../../support/worker.ts';

const KEY = 'tinyvgg_of-the-smoke-test';

let worker: RunningWorker;
/** The API's Worker without the two Workers that it calls. */
let alone: RunningWorker;

async function start(options?: WorkerOptions): Promise<RunningWorker> {
  const digest = await sha256(new Uint8Array(Buffer.from(KEY)));
  return startWorker({ ...options, variables: { API_KEYS: `smoke:${digest}`, REFRESH_MS: '1' } });
}

beforeAll(async () => {
  worker = await start();
  alone = await start({ configs: ['wrangler.toml'] });
});
afterAll(() => Promise.all([worker?.stop(), alone?.stop()]));

const run = (args: string[], key: string | undefined) =>
  runNode(['infra/deploy/smoke.ts', ...args], { env: { ...process.env, SMOKE_KEY: key } });

/** Returns the message of the error that the smoke test throws. */
const failure = (target: Parameters<typeof smokeTest>[0]): Promise<string> =>
  smokeTest({ key: KEY, propagationLimit: 500, ...target }, () => {}).then(
    () => 'no failure',
    (error: Error) => error.message,
  );

const release = await readRelease('release/tinyvgg.onnx');
const { version } = release.manifest;

async function pushRelease({ origin }: RunningWorker): Promise<void> {
  await push(openLocalStore(origin), release, { reason: 'smoke test' });
}

describe('npm run smoke', () => {
  test('fails while the bucket is empty', async () => {
    expect(await failure({ origin: worker.origin })).toMatch(
      /^GET http:.*\/health\/ready: expected the status ready, got 200, application\/json: \{"status":"degraded"/,
    );
  });

  test('passes and prints a line for each check', async () => {
    await pushRelease(worker);
    // The Worker reads the alias after it has responded.
    await fetch(`${worker.origin}/health/ready`);
    const health = (await (await fetch(`${worker.origin}/health/ready`)).json()) as { worker: string };
    const { stdout } = await expectSuccess(run([worker.origin, '--version', health.worker], KEY));
    expect(stdout.split('\n').filter(Boolean)).toEqual([
      expect.stringMatching(
        `^ok  ready: version ${health.worker}, model ${version.slice(0, 12)}, engine simd$`,
      ),
      expect.stringMatching(
        /^ok {2}examples\/trouser\.png: Trouser 0\.99\d+, equal to the local prediction$/,
      ),
      'ok  a WebP is decoded by the Worker of the decoders',
      'ok  invalid images are rejected with problem documents',
      'ok  an unknown key is rejected',
      'ok  the pages and the list of endpoints are served',
      expect.stringMatching(/^ok {2}the field, \/field\.[0-9a-f]{16}\.js, matches its integrity hash$/),
      expect.stringMatching(/^ok {2}ready/),
    ]);
  });

  test('fails when another version responds', async () => {
    const other = '00000000-0000-4000-8000-000000000000';
    expect(await failure({ origin: worker.origin, version: other })).toMatch(
      /\/health\/ready: expected version 00000000-.* of the Worker within 0\.5 s, got 200.*The deployment does not contain the version/,
    );
  });

  test('asks for an API key when SMOKE_KEY is missing', async () => {
    expect(await run([worker.origin], undefined)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /\/v1\/classify.*got 401, .*\/problems\/no-key.*Set SMOKE_KEY to an API key/,
      ),
    });
  });

  test('fails when the decoders’ Worker is missing', async () => {
    await pushRelease(alone);
    await fetch(`${alone.origin}/health/ready`);
    expect(await failure({ origin: alone.origin })).toMatch(
      /\/v1\/classify: expected 200 for a WebP, which the Worker tinyvgg-edge-decode decodes, got 422/,
    );
  });

  /** A relay between the test and a correct Worker replaces a part of one response. */
  test.each([
    [
      'another score',
      '/v1/classify',
      /"score":0\.99\d+/,
      '"score":0.98',
      /expected the local predictions of its model, \[\{"label":"Trouser"/,
    ],
    ['other bytes of the field', '/field.js', /^var /, 'let ', /\/field\.js: expected the bytes of sha384-/],
    ['other weights', '/onnx', /^./s, '\0', new RegExp(`/onnx: expected the bytes of SHA-256 ${version}`)],
    ['no manifest', '/v1/models/', /"labels"/, '"lables"', /expected 200 with the documented JSON: labels, /],
  ])('detects %s', async (_, path, part, instead, message) => {
    const relay = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { authorization = '', accept = '*/*' } = request.headers;
      const answer = await fetch(`${worker.origin}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { authorization, accept },
        body: chunks.length > 0 ? new Uint8Array(Buffer.concat(chunks)) : null,
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isMeant =
        request.url?.includes(path) && !(path === '/v1/models/' && request.url.endsWith('/onnx'));
      const body = isMeant ? Buffer.from(bytes.toString('latin1').replace(part, instead), 'latin1') : bytes;
      const headers = [...answer.headers].filter(
        ([name]) => !/^(content-(encoding|length)|transfer-encoding|connection|keep-alive)$/.test(name),
      );
      response.writeHead(answer.status, Object.fromEntries(headers)).end(body);
    });
    await new Promise<void>((settle) => relay.listen(0, '127.0.0.1', settle));
    const origin = `http://127.0.0.1:${(relay.address() as AddressInfo).port}`;
    expect(await failure({ origin })).toMatch(message);
    await closed(relay);
  });

  test('reports another server at the origin, and a closed port', async () => {
    const other = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('Soon!'),
    );
    await new Promise<void>((settle) => other.listen(0, '127.0.0.1', settle));
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await failure({ origin })).toBe(
      `GET ${origin}/health/live: expected {"status":"live"}, got 200, text/html: Soon!`,
    );
    await closed(other);
    expect(await failure({ origin })).toMatch(/\/health\/live: expected a response, got .*ECONNREFUSED/);
  });

  test('rejects an argument that is not an origin', async () => {
    expect(await run(['tinyvgg.example'], KEY)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^invalid origin: expected an origin such as https:.*got tinyvgg\.example/,
      ),
    });
  });
});

const closed = (server: Server): Promise<void> =>
  new Promise((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });
