/** @file Faults of the object store: the last good model or the bundled model serves, and `/health/ready` and `/metrics` report the fault. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { afterRefresh, expectRecovered, expectReported, nameOf, ready } from '../support/readiness.ts';
import { scrape } from '../support/scrape.ts';
import { emptyBucket, isolate, promote, put, tinyEngine, tinyRelease } from '../support/tiny.ts';

let bundled: BundledModel;
let first: BundledModel;
let second: BundledModel;
beforeAll(async () => {
  [bundled, first, second] = await Promise.all([tinyRelease(1), tinyRelease(2), tinyRelease(3)]);
});
afterEach(emptyBucket);

/** Returns a bucket that delegates to the real one until `state.get` is replaced. */
function faultyBucket() {
  const real: R2Bucket['get'] = env.MODELS.get.bind(env.MODELS);
  const state = { get: real as (...args: Parameters<R2Bucket['get']>) => Promise<unknown> };
  const bucket = { get: (...args: Parameters<R2Bucket['get']>) => state.get(...args) } as unknown as R2Bucket;
  return { bucket, state, real };
}

type Fault = (real: R2Bucket['get']) => (...args: Parameters<R2Bucket['get']>) => Promise<unknown>;
const FAULTS: [name: string, fault: Fault, error: RegExp, outcome: 'absent' | 'failed'][] = [
  ['is empty', () => async () => null, /has no aliases/, 'absent'],
  ['fails', () => () => Promise.reject(new Error('internal error (10001)')), /10001/, 'failed'],
  ['does not respond', () => () => new Promise(() => {}), /an answer within/, 'failed'],
  [
    'fails while sending an object',
    (real) => async (key) => {
      const object = await real(key);
      return (
        object && {
          etag: object.etag,
          size: object.size,
          body: object.body,
          arrayBuffer: () => Promise.reject(new Error('lost')),
        }
      );
    },
    /lost/,
    'failed',
  ],
];

describe.each(FAULTS)('while the store %s', { tags: ['slow'] }, (_name, fault, error, outcome) => {
  it('a new isolate serves the bundled model', async () => {
    await put(first);
    await promote(first);
    const { bucket, state, real } = faultyBucket();
    state.get = fault(real);
    const worker = isolate(bundled, { bucket });
    const { model, store } = await ready(worker);
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toMatch(error);
    await expectReported(worker, outcome);
  });

  it('the last good model serves requests, which do not wait for the store', async () => {
    await put(first);
    await promote(first);
    const { bucket, state, real } = faultyBucket();
    const worker = isolate(bundled, { bucket });
    await ready(worker);
    state.get = fault(real);
    await put(second);
    await promote(second);
    const { model, store } = await afterRefresh(worker);
    expect(model).toEqual(nameOf(first));
    expect(store.error).toMatch(error);
    await expectReported(worker, outcome);
    // The slowest of these faults takes three seconds.
    const waited = (await scrape(worker)).get('tinyvgg_wait_seconds_sum{for="store"}');
    expect(waited).toBeLessThan(1);
    state.get = real;
    await expectRecovered(worker, second);
  });
});

it('only the first request waits for a slow store', async () => {
  await put(first);
  await promote(first);
  const { bucket, state, real } = faultyBucket();
  let reads = 0;
  state.get = async (...args) => {
    reads += 1;
    await scheduler.wait(200);
    return real(...args);
  };
  const worker = isolate(bundled, { bucket });
  const waited = async () => (await scrape(worker)).get('tinyvgg_wait_seconds_sum{for="store"}') ?? 0;
  expect(await ready(worker)).toMatchObject({ status: 'ready', model: nameOf(first) });
  // The alias, the manifest and the weights.
  expect(reads).toBe(3);
  const byFirst = await waited();
  expect(byFirst).toBeGreaterThan(0.55);
  await put(second);
  await promote(second);
  await expectRecovered(worker, second);
  expect(reads).toBe(6);
  // The later requests together waited for less than one read. A busy machine makes reads longer, but not these waits.
  expect((await waited()) - byFirst).toBeLessThan(0.2);
});

it('a refresh that ends after a later one has no effect', async () => {
  await put(first);
  await promote(first);
  const { bucket, state, real } = faultyBucket();
  const worker = isolate(bundled, { bucket });
  await ready(worker);
  await put(second);
  await promote(second);
  // The first of two refreshes reads the alias and pauses there until the second one has ended.
  const { promise: later, resolve: proceed } = Promise.withResolvers<void>();
  state.get = async (...args) => {
    state.get = real;
    const object = await real(...args);
    await later;
    return object;
  };
  worker.clock.now += REFRESH_MS;
  const overtaken = ready(worker);
  await scheduler.wait(50);
  await promote(first);
  expect((await afterRefresh(worker)).model).toEqual(nameOf(first));
  proceed();
  await overtaken;
  expect((await ready(worker)).model).toEqual(nameOf(first));
});

it('a response never contains logits that are not finite', async () => {
  const engine = tinyEngine();
  const load = engine.load;
  let value = 0;
  engine.load = async (...args) => {
    const classifier = await load(...args);
    return {
      ...classifier,
      logits: async (images, n) => (await classifier.logits(images, n)).map((logit) => logit + value),
    };
  };
  const worker = isolate(bundled, { engine });
  const post = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } };
  const classify = () => worker.send('/v1/classify', { ...post, body: new Uint8Array(784) });
  expect((await classify()).status).toBe(200);
  for (value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const response = await classify();
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await response.json()).toMatchObject({
      detail: expect.stringContaining('expected finite logits'),
    });
  }
});

it('readiness is 503 when a loaded model no longer reproduces its golden logits', async () => {
  const engine = tinyEngine();
  const load = engine.load;
  let broken = false;
  engine.load = async (...args) => {
    const classifier = await load(...args);
    return {
      ...classifier,
      logits: async (images, n) => (broken ? new Float32Array(10 * n) : classifier.logits(images, n)),
    };
  };
  const worker = isolate(bundled, { engine });
  await ready(worker);
  broken = true;
  for (const path of ['/health/ready', '/v2/health/ready', '/v2/models/tinyvgg/ready']) {
    expect((await worker.send(path)).status, path).toBe(503);
  }
  expect((await scrape(worker)).get('tinyvgg_problems_total{type="model-unavailable"}')).toBe(3);
});
