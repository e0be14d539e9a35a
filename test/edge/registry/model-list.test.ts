/** @file The list of models: the default model and those of the bucket. */
import { env } from 'cloudflare:workers';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { aliasKey, DEFAULT_ALIAS } from '#shared/manifest.ts';
import type { ModelInfo } from '../../../edge/api/v1/responses.ts';
import { breakable, classify, photoModel } from '../support/photo-model.ts';
import { emptyBucket, isolate, promote, put, tinyRelease } from '../support/tiny.ts';

const bundled = await tinyRelease(1);
const photos = await photoModel(2);

beforeEach(async () => {
  await emptyBucket();
  await put(photos);
  await promote(photos);
});
// The next test file has the same bucket.
afterAll(emptyBucket);

async function listed({ send }: ReturnType<typeof isolate>) {
  return (await (await send('/v1/models')).json<{ models: ModelInfo[] }>()).models;
}

it('lists the default model and those of the bucket, without aliases that cannot be read', async () => {
  await env.MODELS.put(aliasKey('broken', DEFAULT_ALIAS), 'no JSON');
  const { name, version } = photos.manifest;
  const [first, ...others] = await listed(isolate(bundled));
  expect(first).toMatchObject({ name: 'tinyvgg' });
  expect(others).toEqual([{ name, version, alias: DEFAULT_ALIAS }]);
  await emptyBucket();
  expect(await listed(isolate(bundled))).toHaveLength(1);
});

it('lists many models without loading them, and reads the bucket again only after a while', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `model-${String(i).padStart(2, '0')}`);
  for (const name of names) await promote(await photoModel(2, { name }));
  const on = isolate(bundled);
  for (const path of ['/v1/classify', '/v1/models/photos/classify']) await classify(on, path);
  const { loads } = on.engine;
  expect((await listed(on)).map(({ name }) => name)).toEqual(['tinyvgg', ...names, 'photos']);
  expect(on.engine.loads).toBe(loads);
  await emptyBucket();
  expect(await listed(on)).toHaveLength(14);
  on.clock.now += 60_000;
  expect(await listed(on)).toHaveLength(1);
});

it('lists the models that it knows while the bucket fails', async () => {
  const { bucket, fail } = breakable();
  const fresh = isolate(bundled, { bucket });
  const on = isolate(bundled, { bucket });
  expect(await listed(on)).toHaveLength(2);
  fail();
  on.clock.now += 60_000;
  expect(await listed(on)).toHaveLength(2);
  expect(await listed(fresh)).toHaveLength(1);
});

it('reads the bucket once for several requests at the same time', async () => {
  let readings = 0;
  const bucket = new Proxy(env.MODELS, {
    get: (target, name: keyof R2Bucket) => {
      if (name === 'list') readings += 1;
      return (target[name] as () => unknown).bind(target);
    },
  });
  const on = isolate(bundled, { bucket });
  await listed(on);
  on.clock.now += 60_000;
  await Promise.all([listed(on), listed(on), listed(on)]);
  expect(readings).toBe(2);
});
