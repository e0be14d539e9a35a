/** @file The typed client: responses have the types that the compiler infers. */
import { beforeAll, expect, expectTypeOf, it } from 'vitest';
import type { ClassifyBatchResponse, ClassifyResponse, ModelInfo } from '../../edge/api/v1/responses.ts';
import { createClient } from '../../edge/client.ts';
import { greyPng } from '../fixtures/images.ts';
import { keyOf, service } from './support/callers.ts';
import { isolate, tinyRelease } from './support/tiny.ts';

let client: ReturnType<typeof createClient>;
beforeAll(async () => {
  client = clientOf(isolate(await tinyRelease(4)));
});

function clientOf({ send }: Pick<ReturnType<typeof isolate>, 'send'>, headers: Record<string, string> = {}) {
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const { pathname, search } = new URL(String(input));
    return send(`${pathname}${search}`, init);
  };
  return createClient('https://edge.test', { fetch: fetch as typeof globalThis.fetch, headers });
}

it('classifies', async () => {
  const body = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  const response = await client.v1.classify.$post({ query: { top_k: '2' } }, { init: { body } });
  const classified = await response.json();
  expectTypeOf(classified).toExtend<ClassifyResponse | ClassifyBatchResponse>();
  expect(classified).toMatchObject({ predictions: [{ index: 4 }, {}] });
  await client.v1.classify.$post({ query: {} }, { init: { body } });
  // @ts-expect-error Query values are strings.
  const wrong = () => client.v1.classify.$post({ query: { top_k: 2 } });
  expect(wrong).toBeTypeOf('function');
});

it('classifies a file, with one type of response', async () => {
  const body = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  const response = await client.v1.classify.file.$post({ query: {} }, { init: { body } });
  const { predictions } = await response.json();
  expectTypeOf(predictions).toEqualTypeOf<ClassifyResponse['predictions']>();
  expect(predictions[0]).toMatchObject({ index: 4 });
});

it('infers the responses of the other routes', async () => {
  const { models } = await (await client.v1.models.$get()).json();
  expectTypeOf(models).toEqualTypeOf<ModelInfo[]>();
  expect(models).toMatchObject([{ name: 'tinyvgg' }]);

  const manifest = await (await client.v1.models[':name'].$get({ param: { name: 'tinyvgg' } })).json();
  expectTypeOf(manifest.labels).toEqualTypeOf<string[]>();
  expect(manifest.labels).toHaveLength(10);

  const { ready } = await (await client.v2.health.ready.$get()).json();
  expectTypeOf(ready).toEqualTypeOf<boolean>();
  expect(ready).toBe(true);

  const metadata = await client.v2.models[':name'].$get({ param: { name: 'tinyvgg' } });
  const { inputs } = await metadata.json();
  expectTypeOf(inputs).toEqualTypeOf<{ name: string; datatype: string; shape: number[] }[]>();
  expect(inputs).toHaveLength(1);

  // @ts-expect-error There is no such route.
  expect(client.v1.secret).toBeDefined();
});

it('sends a key with every request', async () => {
  const { key, entry } = await keyOf('alice');
  const closed = await service({ API_KEYS: entry });
  const body = await greyPng(28, 28, () => 0);
  const statusOf = async (headers: Record<string, string>) => {
    const { v1 } = clientOf(closed, headers);
    return (await v1.classify.$post({ query: {} }, { init: { body } })).status;
  };
  expect(await statusOf({ authorization: `Bearer ${key}` })).toBe(200);
  expect(await statusOf({})).toBe(401);
});
