/** @file POST /v1/classify/file: one image, and always the same type of response. */
import { beforeAll, expect, it } from 'vitest';
import type { ClassifyResponse } from '../../../../edge/api/v1/responses.ts';
import { greyPng } from '../../../fixtures/images.ts';
import { expectProblem, problemOf } from '../../support/callers.ts';
import { isolate, tinyRelease } from '../../support/tiny.ts';

const PATHS = ['/v1/classify/file', '/v1/models/tinyvgg/classify/file'];

let worker: ReturnType<typeof isolate>;
let image: Uint8Array<ArrayBuffer>;
let expected: ClassifyResponse['predictions'];
beforeAll(async () => {
  worker = isolate(await tinyRelease(5));
  image = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  const response = await worker.send('/v1/classify', { method: 'POST', body: image });
  ({ predictions: expected } = await response.json<ClassifyResponse>());
});

function send(path: string, files: number, headers: Record<string, string> = {}) {
  const body = new FormData();
  for (let i = 0; i < files; i++) body.append('image', new File([image], `${i}.png`));
  return worker.send(path, { method: 'POST', body, headers });
}

async function expectResult(response: Response) {
  expect(response.status, await response.clone().text()).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect((await response.json<ClassifyResponse>()).predictions).toEqual(expected);
}

it.each(PATHS)('%s returns what /v1/classify returns for the same image', async (path) => {
  await expectResult(await send(path, 1));
});

it.each(PATHS)('%s returns JSON to a client that prefers HTML', async (path) => {
  await expectResult(await send(path, 1, { accept: 'text/html' }));
});

it.each(PATHS)('%s returns the only image of a JSON list as one result', async (path) => {
  const body = JSON.stringify({ images: [Buffer.from(image).toString('base64')] });
  const headers = { 'content-type': 'application/json' };
  await expectResult(await worker.send(path, { method: 'POST', body, headers }));
});

it.each(PATHS)('%s refuses several images', async (path) => {
  const pixels = { body: new Uint8Array(2 * 784), headers: { 'content-type': 'application/octet-stream' } };
  for (const response of [await send(path, 2), await worker.send(path, { method: 'POST', ...pixels })]) {
    expect(await problemOf(response)).toMatchObject({
      type: 'too-many-images',
      detail: 'The request has 2 images, more than 1. Split it into several requests.',
      limit: 1,
      actual: 2,
    });
  }
});

it('the name in the path selects the model', async () => {
  await expectProblem(await send('/v1/models/resnet/classify/file', 1), 'unknown-model');
});
