/** @file The ETag of POST /v1/classify: what changes it, and that conditional requests have no effect. */
import { beforeAll, describe, expect, it } from 'vitest';
import { greyPng } from '../../../fixtures/images.ts';
import { isolate, tinyRelease, withTemperature } from '../../support/tiny.ts';

const WINNER = 5;
const JSON_TYPE = { 'content-type': 'application/json' };
let worker: ReturnType<typeof isolate>;
let dark: Uint8Array<ArrayBuffer>;
let bright: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(WINNER));
  [dark, bright] = await Promise.all([greyPng(28, 28, () => 60), greyPng(28, 28, () => 240)]);
});

const post = (body: BodyInit, headers: Record<string, string> = {}, query = '') =>
  worker.send(`/v1/classify${query}`, { method: 'POST', body, headers });

function form(...files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  for (const file of files) form.append('image', new File([file], 'image.png'));
  return form;
}

describe('the ETag', () => {
  const tagOf = async (response: Response) => {
    expect(response.status).toBe(200);
    await response.body?.cancel();
    return response.headers.get('etag') ?? '';
  };

  it('is strong and the same for the same request', async () => {
    const tag = await tagOf(await post(dark));
    expect(tag).toMatch(/^"[0-9a-f]{64}"$/);
    expect(await tagOf(await post(dark))).toBe(tag);
    expect(await tagOf(await post(form(dark)))).toBe(tag);
  });

  it('changes with the images, their number and order, top_k, the model and its calibration', async () => {
    const other = isolate(await tinyRelease(WINNER + 1));
    const calibrated = isolate(withTemperature(await tinyRelease(WINNER), 2));
    const tags = [
      await tagOf(await post(dark)),
      await tagOf(await post(bright)),
      await tagOf(await post(dark, {}, '?top_k=3')),
      await tagOf(await post(JSON.stringify({ images: [btoa(String.fromCharCode(...dark))] }), JSON_TYPE)),
      await tagOf(await post(form(dark, bright))),
      await tagOf(await post(form(bright, dark))),
      await tagOf(await other.send('/v1/classify', { method: 'POST', body: dark })),
      await tagOf(await calibrated.send('/v1/classify', { method: 'POST', body: dark })),
    ];
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('differs between JSON with an explanation and the page', async () => {
    const json = await tagOf(await post(dark, {}, '?explain=1'));
    expect(await tagOf(await post(dark, { accept: 'text/html' }))).not.toBe(json);
    expect(await tagOf(await post(dark, { accept: 'text/html' }, '?explain=1'))).not.toBe(json);
  });

  it.each(['if-none-match', 'if-match'])(
    'has no effect as %s, because a POST is unconditional',
    async (name) => {
      const tag = await tagOf(await post(dark));
      for (const value of [tag, `W/${tag}`, `"other", ${tag}`, '"other"', '*', '']) {
        const response = await post(dark, { [name]: value });
        expect(await tagOf(response)).toBe(tag);
      }
    },
  );

  it.each<[string, () => BodyInit, number]>([
    ['not an image', () => 'no image', 415],
    ['a damaged image', () => bright.slice(0, 50), 422],
    ['no body', () => '', 400],
  ])('is absent from the response to %s, whatever If-None-Match contains', async (_name, body, status) => {
    const first = await post(body());
    const tag = await tagOf(await post(dark));
    for (const response of [
      first,
      await post(body(), { 'if-none-match': tag }),
      await post(body(), { 'if-none-match': '*' }),
    ]) {
      expect([response.status, response.headers.get('etag')]).toEqual([status, null]);
    }
  });
});
