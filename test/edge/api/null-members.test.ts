/** @file Optional members of JSON requests that are null, as many serializers write members without a value. */
import { beforeAll, describe, expect, it } from 'vitest';
import { greyPng } from '../../fixtures/images.ts';
import { isolate, OPEN, OPERATOR, tinyRelease } from '../support/tiny.ts';
import { image, infer, input, MODEL, responseBody } from './oip/service.ts';

let base64: string;
beforeAll(async () => {
  base64 = btoa(String.fromCharCode(...(await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0)))));
});

const worker = isolate(await tinyRelease(5), {
  bindings: { ...OPEN, TOKEN_SECRET: 'a-secret-of-the-tests-with-more-than-32-characters' },
});

async function jsonOf(path: string, value: unknown): Promise<unknown> {
  const body = JSON.stringify(value);
  const response = await worker.send(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...OPERATOR },
  });
  expect(response.status, await response.clone().text()).toBe(200);
  const { id, ...members } = { id: '', ...(await response.json<object>()) };
  return members;
}

describe('a member that is null counts as absent', () => {
  it.each<[path: string, absent: () => object, members: object]>([
    ['/v1/classify', () => ({ image: base64 }), { images: null }],
    ['/v1/classify', () => ({ images: [base64] }), { image: null }],
    ['/v1/verify', () => ({ token: 'x' }), { site_key: null, idempotency_key: null }],
    ['/hf/models/tinyvgg', () => ({ inputs: base64 }), { parameters: null, options: null }],
    [
      '/hf/models/tinyvgg',
      () => ({ inputs: base64 }),
      { parameters: { top_k: null, function_to_apply: null } },
    ],
    [
      `${MODEL}/infer`,
      () => ({ inputs: [input()] }),
      { id: null, parameters: null, outputs: null, inputs: [input({ parameters: null })] },
    ],
    [
      `${MODEL}/infer`,
      () => ({ inputs: [input()] }),
      {
        parameters: { binary_data_output: null },
        inputs: [input({ parameters: { binary_data_size: null } })],
        outputs: [{ name: 'logits', parameters: null }],
      },
    ],
    [
      `${MODEL}/infer`,
      () => ({ inputs: [input()] }),
      { outputs: [{ name: 'logits', parameters: { binary_data: null } }] },
    ],
  ])('%s', async (path, absent, members) => {
    const expected = await jsonOf(path, absent());
    expect(await jsonOf(path, { ...absent(), ...members })).toEqual(expected);
  });

  it('the id of /v2 is then absent in the response, too', async () => {
    const body = await responseBody(await infer({ id: null, inputs: [input()] }));
    expect(body).not.toHaveProperty('id');
  });

  it('the data of /v2 may be null beside a binary tensor', async () => {
    const tensor = new Uint8Array(image(0));
    const json = JSON.stringify({
      inputs: [input({ datatype: 'UINT8', data: null, parameters: { binary_data_size: tensor.length } })],
    });
    const response = await worker.send(`${MODEL}/infer`, {
      method: 'POST',
      body: new Blob([json, tensor]),
      headers: { 'inference-header-content-length': `${json.length}` },
    });
    await responseBody(response);
  });
});

it.each<[path: string, value: object]>([
  ['/v1/classify', { image: null }],
  ['/v1/classify', { image: null, images: null }],
  ['/v1/classify', { images: [null] }],
  ['/v1/verify', { token: null }],
  ['/hf/models/tinyvgg', { inputs: null }],
  [`${MODEL}/infer`, { inputs: null }],
  [`${MODEL}/infer`, { inputs: [input({ data: null })] }],
])('a required member that is null is refused: %s %j', async (path, value) => {
  const headers = { 'content-type': 'application/json', ...OPERATOR };
  const response = await worker.send(path, { method: 'POST', body: JSON.stringify(value), headers });
  expect(response.status).toBe(400);
});
