/** @file A model with a label for pictures that show none of the others: it declines to answer, and never gives that label as an answer. */
import { describe, expect, it } from 'vitest';
import type { HfResponse } from '../../../edge/api/hf/responses.ts';
import type { InferResponse } from '../../../edge/api/oip/responses.ts';
import type { ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { greyPng } from '../../fixtures/images.ts';
import { isolate, LABELS, tinyRelease } from '../support/tiny.ts';

const NONE = 'None of these';
const COAT = LABELS.indexOf('Coat');
const IMAGE = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 60 : 0));
const JSON_TYPE = { 'content-type': 'application/json' };

/** Starts the service with a model that ranks a label first. @param none the label for other pictures, if the manifest names one */
const serve = async (winner: number, none: { none?: string } = { none: NONE }) =>
  isolate(await tinyRelease(winner, { labels: [...LABELS, NONE], ...none }));

type Worker = Awaited<ReturnType<typeof serve>>;
const classify = ({ send }: Worker, query = '', headers = {}) =>
  send(`/v1/classify${query}`, { method: 'POST', body: IMAGE, headers });
const resultOf = async (worker: Worker) => (await classify(worker)).json<ClassifyResponse>();

describe('a picture of none of the labels', () => {
  it('gets no answer, and the labels without the one for such pictures', async () => {
    const { abstained, predictions } = await resultOf(await serve(LABELS.length));
    expect(abstained).toBe('none-of-these');
    expect(predictions.map(({ label }) => label).toSorted()).toEqual(LABELS.toSorted());
    const total = predictions.reduce((sum, { score }) => sum + score, 0);
    expect(total).toBeLessThan(0.5);
  });

  it('gets a page that says so', async () => {
    const page = await classify(await serve(LABELS.length), '', { accept: 'text/html' });
    const text = await page.text();
    expect(text).toContain('<h1>No answer</h1>');
    expect(text).toContain('The photo seems to show something else than the model knows.');
  });

  it('is a label like the others where protocols have no way to decline', async () => {
    const { send } = await serve(LABELS.length);
    const body = JSON.stringify({ inputs: btoa(String.fromCharCode(...IMAGE)) });
    const hf = await send('/hf/models/tinyvgg', { method: 'POST', body, headers: JSON_TYPE });
    expect((await hf.json<HfResponse>())[0]?.label).toBe(NONE);
    const input = { name: 'image', shape: [1, 1, 28, 28], datatype: 'FP32', data: Array(784).fill(0) };
    const oip = await send('/v2/models/tinyvgg/infer', {
      ...{ method: 'POST', headers: JSON_TYPE },
      body: JSON.stringify({ inputs: [input] }),
    });
    expect((await oip.json<InferResponse>()).outputs[0]?.data).toHaveLength(LABELS.length + 1);
  });
});

describe('a picture of one of the labels', () => {
  it('gets an answer, without the label for other pictures', async () => {
    const { abstained, predictions } = await resultOf(await serve(COAT));
    expect(abstained).toBeNull();
    expect(predictions[0]?.label).toBe('Coat');
    expect(predictions).toHaveLength(LABELS.length);
  });
});

it('top_k counts the labels that an answer can have', async () => {
  const worker = await serve(COAT);
  expect((await classify(worker, `?top_k=${LABELS.length}`)).status).toBe(200);
  const response = await classify(worker, `?top_k=${LABELS.length + 1}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    type: '/problems/invalid-query',
    detail: 'top_k must be an integer from 1 to 10, the number of labels of this model.',
  });
});

it('the ETag changes with the label for other pictures', async () => {
  const [serving, without] = [await serve(COAT), await serve(COAT, {})];
  const tags = await Promise.all(
    [serving, without].map(async (worker) => (await classify(worker)).headers.get('etag')),
  );
  expect(tags[0]).not.toBe(tags[1]);
  expect((await resultOf(without)).predictions).toHaveLength(LABELS.length + 1);
});
