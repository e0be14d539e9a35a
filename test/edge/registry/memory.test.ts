/** @file Models are evicted by the memory that they take: the least recently used first, the default model never. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LARGEST_MODEL } from '#shared/manifest.ts';
import { REFRESH_MS } from '../../../edge/registry/alias-follower.ts';
import type { BundledModel } from '../../../edge/registry/version-cache.ts';
import { type Isolate, nameOf, type Ready } from '../support/readiness.ts';
import { scrape } from '../support/scrape.ts';
import { emptyBucket, isolate, promote, put, tinyRelease } from '../support/tiny.ts';

afterEach(emptyBucket);

/** Memory for four models of 1 MB, one of which is the default model. */
const memory = 4 * 2 ** 20 + 10_000;
let worker: Isolate;
let releases: BundledModel[];
let isDown: boolean;
beforeEach(async () => {
  isDown = false;
  releases = await Promise.all([0, 1, 2, 3, 4].map((winner) => tinyRelease(winner)));
  for (const [i, release] of releases.entries()) {
    await put(release);
    await promote(release, `try-${i}`);
  }
  const bucket = {
    get: (key: string, options?: R2GetOptions) =>
      isDown ? Promise.reject(new Error('internal error')) : env.MODELS.get(key, options),
  } as unknown as R2Bucket;
  worker = isolate(await tinyRelease(9), { memory, bucket });
  worker.engine.bytes = 2 ** 20;
});
const classifying = (query: string) =>
  worker.send(`/v1/classify?top_k=1&${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(784),
  });
/** Returns the model that answered. */
async function use(query: string): Promise<Ready['model']> {
  const response = await classifying(query);
  expect(response.status).toBe(200);
  return (await response.json<{ model: Ready['model'] }>()).model;
}
/** Returns the detail of the problem of a model that cannot serve. */
async function refusal(query: string): Promise<string> {
  const response = await classifying(query);
  const { type, detail } = await response.json<{ type: string; detail: string }>();
  expect([response.status, type]).toEqual([503, '/problems/model-unavailable']);
  return detail;
}
const tryOut = (i: number) => use(`alias=try-${i}`);
const nameOfTry = (i: number) => nameOf(releases[i] as BundledModel, `try-${i}`);

it('evicts the one that was used longest ago, and loads it again', async () => {
  await promote(releases[0] as BundledModel);
  await use('');
  for (const i of [1, 2, 3, 1, 4]) await tryOut(i);
  expect(worker.engine.loads).toBe(5);
  for (const i of [1, 3, 4]) await tryOut(i);
  expect(worker.engine.loads).toBe(5);
  expect(await tryOut(2)).toEqual(nameOfTry(2));
  expect(worker.engine.loads).toBe(6);
});

it('never evicts the default model, and needs the store for an evicted one', async () => {
  await promote(releases[0] as BundledModel);
  await use('');
  for (const i of [1, 2, 3, 4]) await tryOut(i);
  isDown = true;
  expect(await use('')).toEqual(nameOf(releases[0] as BundledModel));
  expect(await tryOut(2)).toEqual(nameOfTry(2));
  expect(await refusal('alias=try-1')).toContain('internal error');
  isDown = false;
  expect(await tryOut(1)).toEqual(nameOfTry(1));
});

it('refreshes the alias of an evicted model when it is used again', async () => {
  for (const i of [0, 1, 2, 3, 4]) await tryOut(i);
  const { loads } = worker.engine;
  await promote(releases[4] as BundledModel, 'try-0');
  worker.clock.now += REFRESH_MS;
  await tryOut(4);
  expect(worker.engine.loads).toBe(loads);
  expect(await tryOut(0)).toEqual(nameOf(releases[4] as BundledModel, 'try-0'));
});

it('serves the last good version of an evicted model when its alias points at a damaged one', async () => {
  for (const i of [0, 1, 2, 3, 4]) await tryOut(i);
  const damaged = await tinyRelease(7);
  await put(damaged, (manifest) => Object.assign(manifest.golden, { tolerance: 1e-9, vectors: [] }));
  await promote(damaged, 'try-0');
  worker.clock.now += REFRESH_MS;
  expect(await tryOut(0)).toEqual(nameOfTry(0));
});

it('refuses one that takes more than half of the memory, and says so', async () => {
  worker.engine.bytes = memory / 2 + 1;
  const detail = await refusal('alias=try-1');
  expect(detail).toContain(`at most ${memory / 2} bytes, got ${memory / 2 + 1}. Push a smaller model.`);
  worker.engine.bytes = 0;
  expect(await tryOut(2)).toEqual(nameOfTry(2));
});

it('refuses a file that is larger than any Worker loads, without reading it', async () => {
  await put(releases[1] as BundledModel, (manifest) => Object.assign(manifest, { bytes: LARGEST_MODEL + 1 }));
  expect(await refusal('alias=try-1')).toContain(`at most ${LARGEST_MODEL} bytes`);
  expect(worker.engine.loads).toBe(0);
  expect((await scrape(worker)).get('tinyvgg_model_refusals_total{check="memory"}')).toBe(1);
});
