/** @file POST /hf/models/tinyvgg. test/end-to-end/api.test.ts tests it with Hugging Face's own client. */
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_TOP_K } from '../../../../edge/api/hf/requests.ts';
import type { HfResponse } from '../../../../edge/api/hf/responses.ts';
import type { ClassifyResponse } from '../../../../edge/api/v1/responses.ts';
import { greyPng } from '../../../fixtures/images.ts';
import { isolate, LABELS, tinyRelease, utf8 } from '../../support/tiny.ts';

const WINNER = 7;
const PATH = '/hf/models/tinyvgg';
let worker: ReturnType<typeof isolate>;
let file: Uint8Array<ArrayBuffer>;
let inputs: string;
beforeAll(async () => {
  worker = isolate(await tinyRelease(WINNER));
  file = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  inputs = btoa(String.fromCharCode(...file));
});

const post = (body: BodyInit, headers: Record<string, string> = {}, path = PATH) =>
  worker.send(path, { method: 'POST', body, headers });
const postJson = (value: unknown) => post(JSON.stringify(value), { 'content-type': 'application/json' });

async function scoresOf(response: Response): Promise<HfResponse> {
  expect(response.status).toBe(200);
  const scores = await response.json<HfResponse>();
  expect(scores.map(({ score }) => score)).toEqual(scores.map(({ score }) => score).sort((a, b) => b - a));
  return scores;
}

async function expectError(response: Response, status: number, error: RegExp) {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ error: expect.stringMatching(error) });
}

describe('the response', () => {
  it('has the five most likely labels with the scores of /v1', async () => {
    const response = await worker.send('/v1/classify?top_k=5', { method: 'POST', body: file });
    const { predictions } = await response.json<ClassifyResponse>();
    const expected = predictions.map(({ label, score }) => ({ label, score }));
    expect(expected).toHaveLength(DEFAULT_TOP_K);
    expect(await scoresOf(await post(file))).toEqual(expected);
    expect(await scoresOf(await postJson({ inputs }))).toEqual(expected);
    expect(await scoresOf(await postJson({ inputs, parameters: {} }))).toEqual(expected);
    expect(
      await scoresOf(await postJson({ inputs, parameters: null, options: { use_cache: false } })),
    ).toEqual(expected);
  });

  it.each([1, 3, 10, 1000])('has at most top_k=%i labels', async (top_k) => {
    const scores = await scoresOf(await postJson({ inputs, parameters: { top_k } }));
    expect(scores).toHaveLength(Math.min(top_k, LABELS.length));
  });

  it('has sigmoids or logits on request', async () => {
    const scored = (function_to_apply: string) =>
      postJson({ inputs, parameters: { function_to_apply, top_k: 10 } });
    const logits = await scoresOf(await scored('none'));
    expect(logits[0]).toEqual({ label: LABELS[WINNER], score: 5 });
    const sigmoids = await scoresOf(await scored('sigmoid'));
    expect(sigmoids).toEqual(
      logits.map(({ label, score }) => ({ label, score: 1 / (1 + Math.exp(-score)) })),
    );
    const softmax = await scoresOf(await scored('softmax'));
    expect(softmax.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 12);
  });
});

describe('an error response has the member error:', () => {
  it.each([
    ['not an image', () => post('hello'), 415, /image/],
    ['a truncated file', () => post(file.slice(0, 50)), 422, /decode/],
    ['no body', () => post(''), 400, /docs/],
    ['invalid JSON', () => post('{', { 'content-type': 'application/json' }), 400, /JSON/],
    ['no inputs', () => postJson({}), 400, /\/inputs/],
    ['bad base64', () => postJson({ inputs: '?' }), 400, /base64/],
    [
      'an unknown function',
      () => postJson({ inputs, parameters: { function_to_apply: 'secret' } }),
      400,
      /softmax/,
    ],
    ['top_k of 0', () => postJson({ inputs, parameters: { top_k: 0 } }), 400, /top_k/],
    ['another model', () => post(file, {}, '/hf/models/resnet'), 404, /v1\/models/],
    ['another method', () => worker.send(PATH), 405, /POST/],
  ])('%s', async (_name, send, status, error) => {
    const response = await send();
    expect(await response.clone().text()).not.toContain('secret');
    await expectError(response, status, error);
  });

  it('no model available', async () => {
    const { manifest } = await tinyRelease(WINNER);
    const empty = isolate({ manifest, weights: utf8('') });
    const response = await empty.send(PATH, { method: 'POST', body: file });
    expect(response.headers.get('retry-after')).toBe('30');
    await expectError(response, 503, /bytes of weights/);
  });
});
