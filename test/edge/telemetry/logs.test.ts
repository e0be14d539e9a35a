/** @file Logs and data points of requests, without personal or request data. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { emptyBucket, isolate, OPEN, OPERATOR, tinyEngine, tinyRelease, utf8 } from '../support/tiny.ts';
import { form, jpegFile, pngFile, post, truncatedFile } from './files.ts';

let bundled: BundledModel;
beforeAll(async () => {
  bundled = await tinyRelease(1);
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

describe('the log', () => {
  it('has one line per request, with its ID', async () => {
    const worker = isolate(bundled);
    await worker.send('/health/ready');
    lines = [];
    const responses = [
      await worker.send('/v1/classify', post(form(pngFile, jpegFile, truncatedFile))),
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
    engine.load = async (...args) => {
      const classifier = await load(...args);
      const cause = new Error('the cause');
      return {
        ...classifier,
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
    const body = form(pngFile, jpegFile, truncatedFile);
    await worker.send('/v1/classify', post(body));
    await worker.send('/v1/classify', post(truncatedFile, OPERATOR));
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
        doubles: [422, 1, 1, truncatedFile.length, expect.any(Number), expect.any(Number)],
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
