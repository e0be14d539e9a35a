/** @file Metadata of models: everybody may read it, so it loads no model. */
import { env } from 'cloudflare:workers';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { DEFAULT_ALIAS } from '#shared/manifest.ts';
import { classify, photoModel } from '../support/photo-model.ts';
import { emptyBucket, isolate, promote, put, tinyEngine, tinyRelease } from '../support/tiny.ts';

const bundled = await tinyRelease(1);
const photos = await photoModel(2);
const { version } = photos.manifest;

beforeEach(async () => {
  await emptyBucket();
  await put(photos);
  await promote(photos);
});
// The next test file has the same bucket.
afterAll(emptyBucket);

it.each([
  '/v1/models/photos',
  `/v1/models/photos/versions/${version}`,
  `/v1/models/photos/versions/${version}/onnx`,
  '/v2/models/photos',
  `/v2/models/photos/versions/${version}`,
])('GET %s loads no model', async (path) => {
  const engine = tinyEngine();
  const on = isolate(bundled, { engine });
  const response = await on.send(path);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  expect(engine.loads).toBe(0);
});

it('has the same manifest and alias before the model is loaded and after', async () => {
  const on = isolate(bundled);
  const read = async () => (await on.send('/v1/models/photos')).json<{ alias: string; version: string }>();
  const before = await read();
  expect(before).toMatchObject({ alias: DEFAULT_ALIAS, version });
  expect(await classify(on, '/v1/models/photos/classify')).toMatchObject({ status: 200 });
  expect(await read()).toEqual(before);
});

it('is read from the bucket and parsed once, without its model', async () => {
  const keys: string[] = [];
  const bucket = new Proxy(env.MODELS, {
    get: (target, name: keyof R2Bucket) => {
      if (name !== 'get') return (target[name] as () => unknown).bind(target);
      return (key: string, options?: R2GetOptions) => {
        keys.push(key);
        return target.get(key, options);
      };
    },
  });
  const { send } = isolate(bundled, { bucket });
  const bodies = [];
  for (let i = 0; i < 3; i++) {
    bodies.push(await (await send(`/v1/models/photos/versions/${version}`)).json());
    await send('/v1/models/photos');
  }
  expect(keys.filter((key) => key.endsWith(`${version}.json`))).toHaveLength(1);
  expect(bodies).toEqual(Array(3).fill({ alias: null, ...photos.manifest }));
});
