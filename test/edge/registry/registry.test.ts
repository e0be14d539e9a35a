/** @file Selects the model: follows aliases, keeps the last good model and falls back to the bundled model. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { modelKey } from '#shared/manifest.ts';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { afterRefresh, type Isolate, nameOf, type Ready, ready } from '../support/readiness.ts';
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

describe('the first request of an isolate', () => {
  it('uses the bundled model when the bucket is empty, and readiness reports it', async () => {
    const { model, store } = await ready(isolate(bundled));
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toContain(STABLE);
  });

  it('uses the model of the alias', async () => {
    await put(first);
    await promote(first);
    const { model, store } = await ready(isolate(bundled));
    expect(model).toEqual(nameOf(first));
    expect(store.error).toBeNull();
  });

  it('uses the same model as concurrent requests', async () => {
    await put(first);
    await promote(first);
    const worker = isolate(bundled);
    const responses = await Promise.all(Array.from({ length: 5 }, () => ready(worker)));
    for (const { model } of responses) expect(model).toEqual(nameOf(first));
  });

  it('uses the bundled model when the store throws', async () => {
    const bucket = { get: () => Promise.reject(new Error('internal error (10001)')) } as unknown as R2Bucket;
    const { model, store } = await ready(isolate(bundled, { bucket }));
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toContain('10001');
  });

  it('uses the bundled model after a timeout of the store', { tags: ['slow'] }, async () => {
    const bucket = { get: () => new Promise(() => {}) } as unknown as R2Bucket;
    const { model, store } = await ready(isolate(bundled, { bucket }));
    expect(model).toEqual(nameOf(bundled, 'bundled'));
    expect(store.error).toContain('an answer within');
  });

  it('gets 503 with the reason when no model can serve, and a later request tries again', async () => {
    const broken = { ...bundled, weights: bundled.weights.slice(1) };
    const worker = isolate(broken);
    for (const path of ['/health/ready', '/v1/models', '/v1/models/tinyvgg']) {
      const response = await worker.send(path);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        type: '/problems/model-unavailable',
        detail: expect.stringContaining('bytes of weights'),
      });
    }
    expect((await worker.send('/health/live')).status).toBe(200);
    await put(first);
    await promote(first);
    worker.clock.now += REFRESH_MS;
    expect((await ready(worker)).model).toEqual(nameOf(first));
  });
});

describe('when the alias changes', () => {
  it('the new version serves after the next refresh, not before', async () => {
    await put(first);
    await promote(first);
    const worker = isolate(bundled);
    await ready(worker);
    await put(second);
    await promote(second);
    worker.clock.now += REFRESH_MS - 1;
    await ready(worker);
    expect((await ready(worker)).model).toEqual(nameOf(first));
    expect((await afterRefresh(worker)).model).toEqual(nameOf(second));
  });

  it('the bundled model is replaced, and the alias can point back at it', async () => {
    const worker = isolate(bundled);
    expect((await ready(worker)).model.alias).toBe('bundled');
    await put(bundled);
    await promote(bundled);
    expect((await afterRefresh(worker)).model).toEqual(nameOf(bundled));
    await put(first);
    await promote(first);
    expect((await afterRefresh(worker)).model).toEqual(nameOf(first));
    await promote(bundled);
    expect((await afterRefresh(worker)).model).toEqual(nameOf(bundled));
  });

  it('to an earlier version, the version is not loaded again', async () => {
    const worker = isolate(bundled);
    for (let i = 0; i < 6; i++) {
      const release = i % 2 ? first : second;
      await put(release);
      await promote(release);
      expect((await afterRefresh(worker)).model).toEqual(nameOf(release));
    }
    expect(worker.engine.loads).toBe(2);
  });

  it('to nothing new, a refresh costs one conditional read', async () => {
    await put(first);
    await promote(first);
    const reads: string[] = [];
    const bucket = {
      get: (key: string, options?: R2GetOptions) => {
        reads.push(`${key}${options?.onlyIf ? ' if changed' : ''}`);
        return env.MODELS.get(key, options);
      },
    } as unknown as R2Bucket;
    const worker = isolate(bundled, { bucket });
    await ready(worker);
    expect(reads).toHaveLength(3);
    await afterRefresh(worker);
    expect(reads.slice(3)).toEqual([`${STABLE} if changed`]);
  });

  it('only in its object, the same version is not loaded again', async () => {
    await put(first);
    await promote(first);
    const worker = isolate(bundled);
    await ready(worker);
    await env.MODELS.delete(modelKey('tinyvgg', first.manifest.version, 'onnx'));
    await promote(first);
    const { model, store } = await afterRefresh(worker);
    expect(model).toEqual(nameOf(first));
    expect(store.error).toBeNull();
  });
});

it('a model that the engine cannot load does not serve', async () => {
  const weights = utf8('no JSON');
  const manifest = { ...first.manifest, version: await sha256(weights), bytes: weights.length };
  await put({ manifest, weights });
  await promote({ manifest, weights });
  const engine = tinyEngine();
  const { model, store } = await ready(isolate(bundled, { engine }));
  expect(model).toEqual(nameOf(bundled, 'bundled'));
  expect(store.error).toContain('a model that tiny loads');
});

describe('a request that selects', () => {
  const classifying = (worker: Isolate, query: string) =>
    worker.send(`/v1/classify?top_k=1&${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(784),
    });
  const classifiedBy = async (worker: Isolate, query: string) => {
    const response = await classifying(worker, query);
    expect(response.status).toBe(200);
    return (await response.json()) as { model: Ready['model']; predictions: { index: number }[] };
  };
  const problemOf = async (response: Response) => [
    response.status,
    (await response.json<{ type: string }>()).type,
  ];

  it('a version uses it, independently of the alias, and loads it once', async () => {
    for (const release of [first, second]) await put(release);
    await promote(first);
    const worker = isolate(bundled);
    for (let i = 0; i < 3; i++) {
      const { model, predictions } = await classifiedBy(worker, `version=${second.manifest.version}`);
      expect(model).toEqual({ ...nameOf(second), alias: null });
      expect(predictions).toMatchObject([{ index: 3 }]);
      expect((await classifiedBy(worker, '')).model).toEqual(nameOf(first));
    }
    expect(worker.engine.loads).toBe(2);
  });

  it('another alias uses its model and follows it', async () => {
    for (const release of [first, second]) await put(release);
    await promote(first);
    await promote(second, 'canary');
    const worker = isolate(bundled);
    expect((await classifiedBy(worker, 'alias=canary')).model).toEqual(nameOf(second, 'canary'));
    expect((await classifiedBy(worker, '')).model).toEqual(nameOf(first));
    await promote(first, 'canary');
    worker.clock.now += REFRESH_MS;
    await classifiedBy(worker, '');
    expect((await classifiedBy(worker, 'alias=canary')).model).toEqual(nameOf(first, 'canary'));
  });

  it('another alias uses it in each of ten concurrent first requests', async () => {
    await put(second);
    await promote(second, 'canary');
    const worker = isolate(bundled);
    const concurrent = Array.from({ length: 10 }, () => classifiedBy(worker, 'alias=canary'));
    for (const { model } of await Promise.all(concurrent)) expect(model).toEqual(nameOf(second, 'canary'));
  });

  it('an absent alias gets 404 in each of ten concurrent first requests', async () => {
    const worker = isolate(bundled);
    const concurrent = Array.from({ length: 10 }, () => classifying(worker, 'alias=canary'));
    for (const response of await Promise.all(concurrent)) {
      expect(await problemOf(response)).toEqual([404, '/problems/unknown-alias']);
    }
  });

  it('absent aliases keeps the aliases that serve in memory', async () => {
    await put(second);
    await promote(second, 'canary');
    let isDown = false;
    const bucket = {
      get: (key: string, options?: R2GetOptions) =>
        isDown ? Promise.reject(new Error('internal error')) : env.MODELS.get(key, options),
    } as unknown as R2Bucket;
    const worker = isolate(bundled, { bucket });
    await classifiedBy(worker, 'alias=canary');
    for (let i = 0; i < 9; i++) expect((await classifying(worker, `alias=absent-${i}`)).status).toBe(404);
    isDown = true;
    expect((await classifiedBy(worker, 'alias=canary')).model).toEqual(nameOf(second, 'canary'));
  });

  it('an alias that appears uses it after the next refresh', async () => {
    const worker = isolate(bundled);
    expect((await classifying(worker, 'alias=canary')).status).toBe(404);
    await put(second);
    await promote(second, 'canary');
    expect((await classifying(worker, 'alias=canary')).status).toBe(404);
    worker.clock.now += REFRESH_MS;
    expect((await classifiedBy(worker, 'alias=canary')).model).toEqual(nameOf(second, 'canary'));
  });

  it('the bundled version needs no store', async () => {
    const bucket = { get: () => Promise.reject(new Error('internal error')) } as unknown as R2Bucket;
    const worker = isolate(bundled, { bucket });
    expect((await classifiedBy(worker, `version=${bundled.manifest.version}`)).model.version).toBe(
      bundled.manifest.version,
    );
  });

  it('an unknown version or alias gets 404', async () => {
    const worker = isolate(bundled);
    const unknown = '0'.repeat(64);
    expect(await problemOf(await classifying(worker, `version=${unknown}`))).toEqual([
      404,
      '/problems/unknown-version',
    ]);
    expect(await problemOf(await classifying(worker, 'version=../stable'))).toEqual([
      404,
      '/problems/unknown-version',
    ]);
    expect(await problemOf(await classifying(worker, 'alias=canary'))).toEqual([
      404,
      '/problems/unknown-alias',
    ]);
    expect(await problemOf(await classifying(worker, 'alias=a/b'))).toEqual([404, '/problems/unknown-alias']);
    expect((await classifying(worker, '')).status).toBe(200);
  });

  it('a damaged version gets 503, while other requests succeed', async () => {
    await put(second);
    await env.MODELS.put(modelKey('tinyvgg', second.manifest.version, 'onnx'), 'half');
    await promote(second, 'canary');
    const worker = isolate(bundled);
    for (const query of [`version=${second.manifest.version}`, 'alias=canary']) {
      expect(await problemOf(await classifying(worker, query))).toEqual([503, '/problems/model-unavailable']);
    }
    expect((await classifiedBy(worker, '')).model.alias).toBe('bundled');
  });
});
