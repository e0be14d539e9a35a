/** @file Requests that need several models load them one after the other, and each model once. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyBucket, isolate, put, tinyEngine, tinyRelease } from '../support/tiny.ts';

const bundled = await tinyRelease(9);
const releases = await Promise.all([0, 1, 2, 3].map((winner) => tinyRelease(winner)));
const paths = releases.map(({ manifest }) => `/v2/models/tinyvgg/versions/${manifest.version}/ready`);
beforeAll(async () => {
  for (const release of releases) await put(release);
});
// The next test file has the same bucket.
afterAll(emptyBucket);

/** Starts an isolate that counts the models that load at once. */
function counting() {
  const engine = tinyEngine();
  const { load } = engine;
  const loading = { now: 0, most: 0 };
  engine.load = async (...file) => {
    loading.now += 1;
    loading.most = Math.max(loading.most, loading.now);
    await scheduler.wait(20);
    loading.now -= 1;
    return load(...file);
  };
  return { ...isolate(bundled, { engine }), loading };
}

it('at once, they load one model at a time, each once, and compute its golden vectors once more', async () => {
  const { send, engine, loading } = counting();
  const responses = await Promise.all([...paths, ...paths, ...paths].map((path) => send(path)));
  expect(responses.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(loading.most).toBe(1);
  expect(engine.loads).toBe(4);
  expect(engine.runs).toBe(8);
});

it('readiness of a model computes its golden vectors every 30 seconds, that of the service each time', async () => {
  const { send, engine, clock } = counting();
  const runs = async (path: string) => {
    const before = engine.runs;
    expect((await send(path)).status).toBe(200);
    return engine.runs - before;
  };
  const [path = ''] = paths;
  await send('/health/ready');
  await runs(path);
  expect([await runs(path), await runs(path)]).toEqual([0, 0]);
  clock.now += 29_999;
  expect(await runs(path)).toBe(0);
  clock.now += 1;
  expect(await runs(path)).toBe(1);
  for (const service of ['/health/ready', '/v2/health/ready']) {
    expect([await runs(service), await runs(service)]).toEqual([1, 1]);
  }
});
