/** @file Metrics, logs and Analytics Engine: correct counts, a bounded number of series, and no personal or request data. */
import encoderWasm from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm?module';
import { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import fc from 'fast-check';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { greyPng, jpeg, paint } from '../../fixtures/images.ts';
import { scrape } from '../support/scrape.ts';
import {
  emptyBucket,
  isolate,
  OPEN,
  OPERATOR,
  promote,
  put,
  tinyEngine,
  tinyRelease,
  utf8,
} from '../support/tiny.ts';

let bundled: BundledModel;
let first: BundledModel;
let second: BundledModel;
let pngFile: Uint8Array<ArrayBuffer>;
let jpegFile: Uint8Array<ArrayBuffer>;
let broken: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  [bundled, first, second] = await Promise.all([tinyRelease(1), tinyRelease(2), tinyRelease(3)]);
  await initJpegEncoder(encoderWasm as object);
  pngFile = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  broken = pngFile.slice(0, 50);
  jpegFile = await jpeg(paint(48, 48, (x) => (x > 20 ? [90, 40, 40] : [250, 250, 250])));
});

/** Lines that the Worker logs. */
let lines: string[];
beforeEach(() => {
  lines = [];
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line));
  }
});
afterEach(emptyBucket);
afterEach(() => vi.restoreAllMocks());
const logged = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);

/** Creates a dataset that keeps its data points. Miniflare's discards them. */
function dataset() {
  const points: AnalyticsEngineDataPoint[] = [];
  const analytics: AnalyticsEngineDataset = { writeDataPoint: (point) => void points.push(point ?? {}) };
  return { points, analytics };
}

const post = (body: BodyInit, headers: Record<string, string> = {}) => ({ method: 'POST', body, headers });

function form(...files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  for (const file of files) form.append('image', new File([file], 'secret.png'));
  return form;
}

describe('/metrics', () => {
  it('counts requests, images, problems and bytes', async () => {
    const worker = isolate(bundled);
    await worker.send('/v1/classify', post(pngFile));
    await worker.send('/v1/classify', post(form(pngFile, jpegFile, utf8('text'))));
    await worker.send(
      '/v1/classify',
      post(new Uint8Array(2 * 784), { 'content-type': 'application/octet-stream' }),
    );
    await worker.send('/v1/classify', post(broken));
    await worker.send('/hf/models/tinyvgg', post(jpegFile));
    await worker.send('/v1/models/tinyvgg');
    await worker.send('/v1/models/other');
    await worker.send('/v1/classify');
    const samples = await scrape(worker);
    const by = (prefix: string) =>
      Object.fromEntries(
        [...samples].filter(([name]) => name.startsWith(prefix)).map(([k, v]) => [k.slice(prefix.length), v]),
      );
    expect(by('tinyvgg_http_requests_total')).toEqual({
      '{route="/v1/classify",method="POST",status="200"}': 3,
      '{route="/v1/classify",method="POST",status="422"}': 1,
      '{route="/hf/models/:name",method="POST",status="200"}': 1,
      '{route="/v1/models/:name",method="GET",status="200"}': 1,
      '{route="/v1/models/:name",method="GET",status="404"}': 1,
      '{route="none",method="GET",status="405"}': 1,
    });
    expect(by('tinyvgg_images_total')).toEqual({
      '{kind="png",outcome="read"}': 2,
      '{kind="png",outcome="damaged-image"}': 1,
      '{kind="jpeg",outcome="read"}': 2,
      '{kind="unknown",outcome="unsupported-image"}': 1,
      '{kind="pixels",outcome="read"}': 2,
    });
    expect(by('tinyvgg_problems_total')).toEqual({
      '{type="damaged-image"}': 1,
      '{type="unknown-model"}': 1,
      '{type="method-not-allowed"}': 1,
    });
    expect(samples.get('tinyvgg_http_request_body_bytes_total')).toBeGreaterThan(pngFile.length + 2 * 784);
    expect(samples.get('tinyvgg_wait_seconds_count{for="body"}')).toBe(5);
    expect(samples.get('tinyvgg_wait_seconds_bucket{for="body",le="+Inf"}')).toBe(5);
  });

  it('counts tensors', async () => {
    const worker = isolate(bundled);
    const inputs = [{ name: 'image', shape: [3, 1, 28, 28], datatype: 'FP32', data: Array(3 * 784).fill(0) }];
    const body = JSON.stringify({ inputs });
    await worker.send('/v2/models/tinyvgg/infer', post(body, { 'content-type': 'application/json' }));
    expect((await scrape(worker)).get('tinyvgg_images_total{kind="tensor",outcome="read"}')).toBe(3);
  });

  it('reports the model, the last success of the store and the number of swaps', async () => {
    const worker = isolate(bundled);
    expect((await scrape(worker)).has('tinyvgg_model_info')).toBe(false);
    await worker.send('/v1/models');
    const info = ({ manifest }: BundledModel, alias: string) =>
      `tinyvgg_model_info{version="${manifest.version}",alias="${alias}",engine="tiny"}`;
    let samples = await scrape(worker);
    expect(samples.get(info(bundled, 'bundled'))).toBe(1);
    expect(samples.get('tinyvgg_bundled')).toBe(1);
    expect(samples.get('tinyvgg_store_last_success_timestamp_seconds')).toBe(0);
    expect(samples.get('tinyvgg_store_failed_looks')).toBe(1);

    for (const release of [first, second]) {
      await put(release);
      await promote(release);
      worker.clock.now += REFRESH_MS;
      await worker.send('/v1/models');
    }
    samples = await scrape(worker);
    expect(samples.get(info(bundled, 'bundled'))).toBeUndefined();
    expect(samples.get(info(second, 'stable'))).toBe(1);
    expect(samples.get('tinyvgg_bundled')).toBe(0);
    expect(samples.get('tinyvgg_model_swaps_total')).toBe(1);
    expect(samples.get('tinyvgg_store_looks_total{alias="stable",outcome="changed"}')).toBe(2);
    expect(samples.get('tinyvgg_store_last_success_timestamp_seconds')).toBe(worker.clock.now / 1000);
  });

  it('labels samples with the isolate', async () => {
    const workers = [isolate(bundled), isolate(bundled)];
    const starts = await Promise.all(
      workers.map(async ({ send }) => (await send('/metrics', { headers: OPERATOR })).text()),
    );
    const ids = starts.map((text) => /isolate="(\w+)"/.exec(text)?.[1]);
    expect(new Set(ids).size).toBe(2);
    const started = (await scrape(isolate(bundled))).get('tinyvgg_isolate_start_time_seconds');
    expect(started).toBe(isolate(bundled).clock.now / 1000);
  });

  it('has a bounded number of series, whatever clients send', async () => {
    const worker = isolate(bundled);
    const word = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
    const paths = fc.oneof(
      word.map((name) => `/${name}`),
      word.map((name) => `/v1/models/${name}`),
      word.map((name) => `/problems/${name}`),
      word.map((name) => `/hf/models/${name}`),
      word.map((name) => `/v2/models/tinyvgg/versions/${name}`),
      word.map((name) => `/v1/classify?alias=${name}`),
    );
    const methods = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'LOCK', 'COPY', 'PROPFIND', 'MKCOL');
    const send = async (count: number) => {
      await fc.assert(
        fc.asyncProperty(paths, methods, async (path, method) => {
          const body = method === 'GET' ? {} : { body: pngFile };
          await (await worker.send(path, { method, ...body })).text();
        }),
        { numRuns: count },
      );
      return (await scrape(worker)).size;
    };
    await send(300);
    const after = await send(300);
    expect(after).toBeLessThan(120);
    for (const name of (await scrape(worker)).keys()) {
      expect(name).toMatch(/^tinyvgg_\w+(\{.*\})?$/);
      if (!name.includes('route=')) continue;
      const method = /method="([^"]*)"/.exec(name)?.[1];
      expect(['GET', 'POST', 'PUT', 'DELETE', 'other']).toContain(method);
    }
  });
});

describe('the log', () => {
  it('has one line per request, with its ID', async () => {
    const worker = isolate(bundled);
    await worker.send('/health/ready');
    lines = [];
    const responses = [
      await worker.send('/v1/classify', post(form(pngFile, jpegFile, broken))),
      await worker.send('/v1/nothing'),
    ];
    expect(logged()).toMatchObject([
      {
        level: 'info',
        message: 'POST /v1/classify 200',
        status: 200,
        model: { version: bundled.manifest.version, alias: 'bundled', engine: 'tiny' },
        images: 3,
        imagesRefused: 1,
        imageKinds: 'jpeg,png',
        imageProblems: 'damaged-image',
        waits: { body: expect.any(Number), store: expect.any(Number) },
      },
      { level: 'info', message: 'GET none 404', problem: 'not-found', bodyBytes: 0 },
    ]);
    expect(logged().map(({ requestId }) => requestId)).toEqual(
      responses.map(({ headers }) => headers.get('x-request-id')),
    );
    for (const line of lines) expect(line).not.toContain('\n');
  });

  it('has the causes of server errors and a warning for a failing store', async () => {
    const bucket = { get: () => Promise.reject(new Error('internal error')) } as unknown as R2Bucket;
    const dead = { ...bundled, weights: bundled.weights.slice(1) };
    await isolate(dead, { bucket }).send('/v1/models');
    expect(logged()).toMatchObject([
      { level: 'warn', message: expect.stringContaining('internal error'), alias: 'stable' },
      {
        level: 'error',
        status: 503,
        problem: 'model-unavailable',
        error: { name: 'ModelRefusal', stack: expect.stringContaining('model.ts') },
      },
    ]);
    lines = [];
    const engine = tinyEngine();
    const load = engine.load;
    engine.load = async (model) => {
      const classifier = await load(model);
      const cause = new Error('the cause');
      return {
        logits: (images, n) =>
          n > 1 ? Promise.reject(new Error('inside', { cause })) : classifier.logits(images, n),
      };
    };
    await isolate(bundled, { engine }).send('/v1/classify', post(form(pngFile, pngFile)));
    expect(logged().at(-1)).toMatchObject({
      level: 'error',
      status: 500,
      problem: 'internal',
      error: { message: 'inside', stack: expect.any(String), cause: { message: 'the cause' } },
    });
  });
});

describe('Analytics Engine', () => {
  it('receives a data point per request, as documented in analytics.ts', async () => {
    const { points, analytics } = dataset();
    const worker = isolate(bundled, { bindings: { ...OPEN, ANALYTICS: analytics } });
    const body = form(pngFile, jpegFile, broken);
    await worker.send('/v1/classify', post(body));
    await worker.send('/v1/classify', post(broken, OPERATOR));
    const { version } = bundled.manifest;
    expect(points).toEqual([
      {
        indexes: ['/v1/classify'],
        blobs: ['POST', '', version, 'bundled', 'tiny', 'jpeg,png', 'damaged-image', ''],
        doubles: [200, 3, 1, expect.any(Number), expect.any(Number), expect.any(Number)],
      },
      {
        indexes: ['/v1/classify'],
        blobs: ['POST', 'damaged-image', version, 'bundled', 'tiny', 'png', 'damaged-image', 'operator'],
        doubles: [422, 1, 1, broken.length, expect.any(Number), expect.any(Number)],
      },
    ]);
  });

  it('does not fail requests when it fails', async () => {
    const analytics = {
      writeDataPoint() {
        throw new Error('too many data points');
      },
    };
    expect(
      (await isolate(bundled, { bindings: { ...OPEN, ANALYTICS: analytics } }).send('/health/live')).status,
    ).toBe(200);
    expect(logged()).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });
});

it('no report contains the client’s identity or request data', async () => {
  const { points, analytics } = dataset();
  const worker = isolate(bundled, { bindings: { ...OPEN, ANALYTICS: analytics } });
  const headers = {
    'cf-connecting-ip': '203.0.113.7',
    'x-forwarded-for': '203.0.113.7',
    'user-agent': 'secret agent',
    authorization: 'Basic secret',
    cookie: 'secret=1',
    referer: 'https://secret.example/',
  };
  for (const [path, init] of [
    ['/v1/classify?alias=secret', post(pngFile)],
    ['/v1/classify?version=secret', post(pngFile)],
    ['/v1/classify?top_k=secret', post(pngFile)],
    ['/v1/classify', post(form(pngFile, utf8('secret')))],
    ['/v1/classify', post('{"image": "secret"}', { 'content-type': 'application/json' })],
    ['/v1/classify', post('{secret', { 'content-type': 'application/json' })],
    ['/v2/models/tinyvgg/infer', post('{"id": "secret", "inputs": []}')],
    ['/v1/models/secret', {}],
    ['/secret', { method: 'LOCK' }],
  ] as [string, RequestInit & { headers?: Record<string, string> }][]) {
    await (await worker.send(path, { ...init, headers: { ...headers, ...init.headers } })).text();
  }
  const reports = [
    ...lines,
    JSON.stringify(points),
    await (await worker.send('/metrics', { headers: OPERATOR })).text(),
  ].join('\n');
  expect(reports).toContain('unknown-alias');
  expect(reports.toLowerCase()).not.toContain('secret');
  expect(reports).not.toContain('203.0.113.7');
});
