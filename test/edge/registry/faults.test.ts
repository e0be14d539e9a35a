/** @file Faults of the object store: a good model keeps serving, and `/health/ready` and `/metrics` report the fault. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { ModelCheck } from '#shared/inference/model.ts';
import { type Manifest, modelKey } from '#shared/manifest.ts';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { afterRefresh, type Isolate, nameOf, ready } from '../support/readiness.ts';
import { scrape } from '../support/scrape.ts';
import {
  emptyBucket,
  isolate,
  promote,
  put,
  STABLE,
  tinyEngine,
  tinyRelease,
  utf8,
} from '../support/tiny.ts';

let bundled: BundledModel;
let first: BundledModel;
let second: BundledModel;
beforeAll(async () => {
  [bundled, first, second] = await Promise.all([tinyRelease(1), tinyRelease(2), tinyRelease(3)]);
});
afterEach(emptyBucket);

const onnxKey = () => modelKey('tinyvgg', second.manifest.version, 'onnx');
const jsonKey = () => modelKey('tinyvgg', second.manifest.version, 'json');
const edited = (edit: (manifest: Manifest) => void) => () => put(second, edit);

/** Changes one byte. */
const corrupted = (bytes: Uint8Array<ArrayBuffer>) => bytes.with(1, (bytes[1] ?? 0) ^ 1);

/** Points the alias at a model with seven classes. @param edit changes its manifest */
async function promoteSeven(edit: (manifest: Manifest) => void = () => {}): Promise<void> {
  const logits = [5, 1, 2, 3, 4, 0, 1];
  const weights = utf8(JSON.stringify(logits));
  const manifest = structuredClone(second.manifest);
  Object.assign(manifest, { version: await sha256(weights), bytes: weights.length });
  Object.assign(manifest.golden.vectors[0] ?? {}, { logits });
  manifest.output.shape = ['batch', 7];
  manifest.labels.length = 7;
  await put({ manifest, weights }, edit);
  await promote({ manifest, weights });
}

/** Ways to break `second` in the bucket, the expected error, and the failed check if a model was checked. */
const BREAKS: [name: string, breakIt: () => Promise<unknown>, error: RegExp, check?: ModelCheck][] = [
  ['missing weights', () => env.MODELS.delete(onnxKey()), /has no models.*onnx/],
  [
    'weights of another digest',
    () => env.MODELS.put(onnxKey(), corrupted(second.weights)),
    /SHA-256/,
    'weights',
  ],
  [
    'truncated weights',
    () => env.MODELS.put(onnxKey(), second.weights.slice(0, 20)),
    /bytes of weights/,
    'weights',
  ],
  ['a missing manifest', () => env.MODELS.delete(jsonKey()), /has no models.*json/],
  [
    'a truncated manifest',
    () => env.MODELS.put(jsonKey(), '{"formatVersion":1,"name":"ti'),
    /JSON/,
    'manifest',
  ],
  [
    'a manifest of a later format',
    () => env.MODELS.put(jsonKey(), '{"formatVersion":2}'),
    /registry format 1/,
    'manifest',
  ],
  [
    'the manifest of another version',
    edited((m) => Object.assign(m, first.manifest)),
    /the manifest of/,
    'manifest',
  ],
  [
    'the manifest of another model',
    edited((m) => Object.assign(m, { name: 'v1' })),
    /the manifest of/,
    'manifest',
  ],
  [
    'wrong golden logits',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { logits: Array(10).fill(0) })),
    /golden logits within/,
    'golden',
  ],
  [
    'too few golden logits',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { logits: [1] })),
    /1 logits/,
    'golden',
  ],
  [
    'a golden vector of another size',
    edited((m) => Object.assign(m.golden.vectors[0] ?? {}, { pixels: btoa('abc') })),
    /784 pixels/,
    'golden',
  ],
  ['other labels', edited((m) => m.labels.pop()), /10 labels/, 'fit'],
  ['another photo pipeline', edited((m) => Object.assign(m, { photoPipeline: 99 })), /photo pipeline/, 'fit'],
  [
    'another input size',
    edited((m) => Object.assign(m.input, { shape: ['batch', 1, 32, 32] })),
    /image \[batch, 1, 28, 28\]/,
    'fit',
  ],
  [
    'another output size',
    edited((m) => Object.assign(m.output, { shape: ['batch', 7] })),
    /logits \[batch, 10\]/,
    'fit',
  ],
  ['a model with seven classes', () => promoteSeven(), /10 labels, got 7/, 'fit'],
  [
    'a model with seven classes and ten labels',
    () => promoteSeven((m) => Object.assign(m, { labels: second.manifest.labels })),
    /logits \[batch, 10\], got \[batch, 7\]/,
    'fit',
  ],
  [
    'a model with seven classes whose manifest declares ten',
    () =>
      promoteSeven((m) =>
        Object.assign(m, {
          labels: second.manifest.labels,
          output: second.manifest.output,
          golden: second.manifest.golden,
        }),
      ),
    /10 logits, got 7/,
    'golden',
  ],
  ['an alias that is not JSON', () => env.MODELS.put(STABLE, 'latest'), /JSON/],
  ['an alias without a version', () => env.MODELS.put(STABLE, '{"formatVersion":1}'), /version/],
];

async function expectReported(
  worker: Isolate,
  outcome: 'absent' | 'failed',
  check?: ModelCheck,
): Promise<void> {
  const { status, store } = await ready(worker);
  expect(status).toBe('degraded');
  expect(store.failures).toBe(1);
  const samples = await scrape(worker);
  expect(samples.get('tinyvgg_store_failed_looks')).toBe(1);
  expect(samples.get(`tinyvgg_store_looks_total{alias="stable",outcome="${outcome}"}`)).toBe(1);
  const refusals = [...samples].filter(
    ([name, value]) => name.startsWith('tinyvgg_model_refusals') && value > 0,
  );
  expect(refusals).toEqual(check ? [[`tinyvgg_model_refusals_total{check="${check}"}`, 1]] : []);
}

async function expectRecovered(worker: Isolate): Promise<void> {
  const { status, model, store } = await afterRefresh(worker);
  expect(status).toBe('ready');
  expect(model).toEqual(nameOf(second));
  expect(store).toMatchObject({ error: null, failures: 0, succeededAt: store.checkedAt });
  expect((await scrape(worker)).get('tinyvgg_store_failed_looks')).toBe(0);
}

describe.each(BREAKS)('with %s', (_name, breakIt, error, check) => {
  it('a new isolate serves the bundled model', async () => {
    await put(second);
    await promote(second);
    await breakIt();
    const worker = isolate(bundled);
    const { model, store } = await ready(worker);
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toMatch(error);
    expect(store.succeededAt).toBeNull();
    await expectReported(worker, 'failed', check);
    expect((await scrape(worker)).get('tinyvgg_bundled')).toBe(1);
  });

  it('the last good model serves until the store is repaired', async () => {
    await put(first);
    await promote(first);
    const worker = isolate(bundled);
    await ready(worker);
    await put(second);
    await promote(second);
    await breakIt();
    const { model, store } = await afterRefresh(worker);
    expect(model).toEqual(nameOf(first));
    expect(store.error).toMatch(error);
    expect(Date.parse(store.checkedAt) - Date.parse(`${store.succeededAt}`)).toBe(REFRESH_MS);
    await expectReported(worker, 'failed', check);
    await put(second);
    await promote(second);
    await expectRecovered(worker);
  });
});

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
          body: object.body,
          arrayBuffer: () => Promise.reject(new Error('lost')),
        }
      );
    },
    /lost/,
    'failed',
  ],
];

describe.each(FAULTS)('while the store %s', (_name, fault, error, outcome) => {
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

  it('the last good model serves without waiting for the store', async () => {
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
    await expectRecovered(worker);
  });
});

it('only the first request waits for a slow store', async () => {
  await put(first);
  await promote(first);
  const { bucket, state, real } = faultyBucket();
  state.get = async (...args) => {
    await scheduler.wait(200);
    return real(...args);
  };
  const worker = isolate(bundled, { bucket });
  expect(await ready(worker)).toMatchObject({ status: 'ready', model: nameOf(first) });
  await put(second);
  await promote(second);
  await expectRecovered(worker);
  const waited = (await scrape(worker)).get('tinyvgg_wait_seconds_sum{for="store"}');
  expect(waited).toBeGreaterThan(0.55);
  expect(waited).toBeLessThan(1);
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

it('a model that fails its golden vectors later is not ready', async () => {
  const engine = tinyEngine();
  const load = engine.load;
  let broken = false;
  engine.load = async (model) => {
    const classifier = await load(model);
    return {
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
