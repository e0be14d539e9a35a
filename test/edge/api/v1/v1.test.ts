/** @file POST /v1/classify: request formats, single and batch responses, explanations and abstentions. */
import { beforeAll, describe, expect, it } from 'vitest';
import { copyPixels } from '#shared/decode/pixels.ts';
import type { ClassifyBatchResponse, ClassifyResponse } from '../../../../edge/api/v1/responses.ts';
import { decoder } from '../../../../edge/decode/decoder.ts';
import { MAX_BODY_BYTES, MAX_IMAGES, MAX_JSON_VALUES, MAX_REQUEST_MS } from '../../../../edge/http/limits.ts';
import { find, patched } from '../../../fixtures/hostile/bytes.ts';
import { concat, greyPng, text } from '../../../fixtures/images.ts';
import { sample } from '../../../fixtures/images-samples.ts';
import { isolate, LABELS, tinyRelease, utf8 } from '../../support/tiny.ts';

const WINNER = 5;
let worker: ReturnType<typeof isolate>;
/** Grey images with different means and therefore different scores. */
let dark: Uint8Array<ArrayBuffer>;
let bright: Uint8Array<ArrayBuffer>;
const level = (value: number) => (x: number) => (x > 9 && x < 19 ? value : 0);
beforeAll(async () => {
  worker = isolate(await tinyRelease(WINNER));
  dark = await greyPng(28, 28, level(60));
  bright = await greyPng(28, 28, level(240));
});

const pixels = (value: number) => Uint8Array.from({ length: 784 }, (_, i) => level(value)(i % 28));
const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

function post(body: BodyInit, headers: Record<string, string> = {}, query = '') {
  return worker.send(`/v1/classify${query}`, { method: 'POST', body, headers });
}
const postJson = (value: unknown, query = '') =>
  post(JSON.stringify(value), { 'content-type': 'application/json' }, query);
const postPixels = (body: Uint8Array<ArrayBuffer>) =>
  post(body, { 'content-type': 'application/octet-stream' });

function form(...files: Uint8Array<ArrayBuffer>[]) {
  const form = new FormData();
  for (const [i, file] of files.entries()) form.append('image', new File([file], `secret-name-${i}.png`));
  return form;
}

async function predictionsOf(response: Response) {
  expect(response.status).toBe(200);
  return (await response.json<ClassifyResponse>()).predictions;
}

async function resultsOf(response: Response) {
  expect(response.status).toBe(200);
  return (await response.json<ClassifyBatchResponse>()).results;
}

async function expectProblem(response: Response, type: string, members: Record<string, unknown> = {}) {
  expect(await response.json()).toMatchObject({ type: `/problems/${type}`, ...members });
}

describe('one image', () => {
  it('gets the same predictions in every request format', async () => {
    const expected = await predictionsOf(await post(dark));
    expect(expected).not.toEqual(await predictionsOf(await post(bright)));
    const others = [
      await post(form(dark)),
      await postJson({ image: base64(dark) }),
      await postPixels(pixels(60)),
      await post(dark, { 'content-type': 'application/octet-stream' }),
    ];
    for (const response of others) expect(await predictionsOf(response)).toEqual(expected);
  });

  it('gets a list when it is sent as images in JSON', async () => {
    const results = await resultsOf(await postJson({ images: [base64(dark)] }));
    expect(results).toEqual([
      { index: 0, abstained: null, predictions: await predictionsOf(await post(dark)) },
    ]);
  });
});

describe('several images', () => {
  it.each([
    ['in a form', () => post(form(dark, bright, dark))],
    ['in JSON', () => postJson({ images: [dark, bright, dark].map(base64) })],
    ['as pixels', () => postPixels(concat(pixels(60), pixels(240), pixels(60)))],
  ])('%s get the results of single requests, in request order', async (_name, send) => {
    const [first, second] = [await predictionsOf(await post(dark)), await predictionsOf(await post(bright))];
    const predictions = [first, second, first];
    expect(await resultsOf(await send())).toEqual(
      predictions.map((predictions, index) => ({ index, abstained: null, predictions })),
    );
  });

  it('respect top_k', async () => {
    const results = await resultsOf(await postJson({ images: [base64(dark)] }, '?top_k=2'));
    expect(results).toMatchObject([{ predictions: [{ label: LABELS[WINNER] }, {}] }]);
  });

  it('get a problem for each unreadable image and predictions for the others', async () => {
    const response = await post(form(dark, utf8('no image'), bright.slice(0, 50), bright));
    const instance = `urn:uuid:${response.headers.get('x-request-id')}`;
    const results = await resultsOf(response);
    expect(results).toEqual([
      { index: 0, abstained: null, predictions: await predictionsOf(await post(dark)) },
      {
        index: 1,
        problem: expect.objectContaining({ type: '/problems/unsupported-image', status: 415, instance }),
      },
      { index: 2, problem: expect.objectContaining({ type: '/problems/damaged-image', status: 422 }) },
      { index: 3, abstained: null, predictions: await predictionsOf(await post(bright)) },
    ]);
    expect(JSON.stringify(results)).not.toMatch(/secret|no image/);
  });

  it('get 200 even if all of them are unreadable', async () => {
    const results = await resultsOf(await postJson({ images: ['', btoa('x')] }));
    expect(results.map((result) => 'problem' in result)).toEqual([true, true]);
  });

  it('are accepted up to the limit', async () => {
    const many = (count: number) => new Uint8Array(784 * count);
    expect(await resultsOf(await postPixels(many(MAX_IMAGES)))).toHaveLength(MAX_IMAGES);
    const actual = MAX_IMAGES + 1;
    const tooMany = [
      await postPixels(many(actual)),
      await postJson({ images: Array(actual).fill(base64(dark)) }),
      // Counted before any is decoded: 60,000 texts of base64 took 9 MiB.
      await postJson({ images: Array(actual).fill('no base64') }),
      await post(form(...Array(actual).fill(dark))),
    ];
    for (const response of tooMany) {
      expect(response.status).toBe(413);
      await expectProblem(response, 'too-many-images', { limit: MAX_IMAGES, actual });
    }
  });
});

describe('a batch that takes long to decode', () => {
  /** A progressive JPEG that declares 12 megapixels in 600 bytes. */
  const large = () => {
    const file = sample('progressive.jpg');
    const frame = find(file, Uint8Array.of(0xff, 0xc2));
    return patched(file, frame + 5, 3000 >> 8, 3000 & 255, 4000 >> 8, 4000 & 255);
  };
  /** An AVIF that declares 2 megapixels. */
  const avif = () =>
    patched(sample('lossy.avif'), find(sample('lossy.avif'), text('ispe')) + 8, 0, 0, 6, 64, 0, 0, 4, 226);

  it.each([
    ['progressive JPEGs', large],
    ['AVIFs', avif],
  ])('of 32 %s is refused before it is decoded', async (_, file) => {
    const response = await post(form(...Array.from({ length: MAX_IMAGES }, file)));
    expect(response.status).toBe(413);
    await expectProblem(response, 'too-many-images', { limit: MAX_REQUEST_MS });
  });

  it('is answered when it is smaller, and lets other requests be handled between its images', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const count = 4;
    const results = await resultsOf(await post(form(...Array.from({ length: count }, large))));
    clearInterval(timer);
    expect(results).toHaveLength(count);
    expect(turns).toBeGreaterThanOrEqual(count - 1);
  });
});

describe('raw pixels', () => {
  it.each([783, 785, 28])('with %i bytes are an unsupported image', async (length) => {
    await expectProblem(await postPixels(new Uint8Array(length)), 'unsupported-image');
  });

  it('with another content type are an unsupported image', async () => {
    await expectProblem(await post(pixels(60)), 'unsupported-image');
  });

  it('that begin like an image file are read as that file', async () => {
    const padded = concat(dark, new Uint8Array(784 - (dark.length % 784)));
    expect(padded.length % 784).toBe(0);
    expect(await predictionsOf(await postPixels(padded))).toEqual(await predictionsOf(await post(dark)));
    const broken = concat(utf8('\x89PNG'), new Uint8Array(780));
    broken.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    await expectProblem(await postPixels(broken.slice(0, 784)), 'damaged-image');
  });
});

describe('JSON', () => {
  it.each([
    ['an array', [1], 'The JSON:'],
    ['null', null, 'The JSON:'],
    ['neither member', {}, '/image of the JSON:'],
    ['both members', { image: '', images: [''] }, 'send either image or images'],
    ['another member', { image: '', secret: 1 }, 'an unknown member'],
    ['an image that is not a string', { image: 1 }, '/image of the JSON:'],
    ['images that are not an array', { images: 'secret' }, '/images of the JSON:'],
    ['no images', { images: [] }, '/images of the JSON:'],
    ['invalid base64', { image: 'secret!' }, 'expected base64'],
    ['a data URL', { image: 'data:image/png;base64,c2VjcmV0' }, 'expected base64'],
    ['invalid base64 in a list', { images: ['', 'secret!'] }, '/images/1 of the JSON: expected base64'],
  ])('with %s is an invalid body', async (_name, value, detail) => {
    const response = await postJson(value);
    expect(response.status).toBe(400);
    expect(await response.clone().text()).not.toContain('secret');
    await expectProblem(response, 'invalid-body', { detail: expect.stringContaining(detail) });
  });

  it.each([['{'], ['{"image": "'], ['\xff'], ['['.repeat(60_000)], ['{"image":'.repeat(60_000)]])(
    'that cannot be parsed is an invalid body: %.20s…',
    async (text) => {
      const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
      const response = await post(bytes, { 'content-type': 'application/json' });
      await expectProblem(response, 'invalid-body', { status: 400 });
    },
  );

  it('with too many values is refused before it is parsed', async () => {
    const response = await post(utf8('[],'.repeat(MAX_BODY_BYTES / 3)), {
      'content-type': 'application/json',
    });
    await expectProblem(response, 'body-too-large', { limit: MAX_JSON_VALUES });
  });

  it('of the maximum size is read', async () => {
    const image = 'A'.repeat(MAX_BODY_BYTES - 100);
    await expectProblem(await postJson({ image }), 'unsupported-image');
  });
});

describe('explain', () => {
  const seen = async ({
    explanation,
  }: ClassifyResponse | { explanation?: ClassifyResponse['explanation'] }) => {
    const [, data = ''] = /^data:image\/png;base64,(.*)$/.exec(explanation?.image ?? '') ?? [];
    const { data: rgba } = await decoder.decode(
      Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0)),
      copyPixels,
    );
    return rgba.filter((_, i) => i % 4 === 0);
  };

  it('returns the input of the network and the steps of the pipeline', async () => {
    const classified = await (await post(dark, {}, '?explain=1')).json<ClassifyResponse>();
    expect([...(await seen(classified))]).toEqual([...pixels(60)]);
    expect(classified.explanation).toMatchObject({ steps: [{ step: 'as-is' }], box: null, warnings: [] });
  });

  it('returns a bounding box for a photo, and an explanation for each image of a batch', async () => {
    const photo = await greyPng(120, 90, (x, y) => (x > 30 && x < 70 && y > 20 && y < 80 ? 40 : 230));
    const { results } = await (
      await post(form(photo, utf8('none'), dark), {}, '?explain=1')
    ).json<ClassifyBatchResponse>();
    const [first, refused, last] = results;
    expect(first).toMatchObject({
      explanation: { box: { left: expect.closeTo(31, -1), top: expect.closeTo(21, -1) } },
    });
    expect(refused).not.toHaveProperty('explanation');
    expect(last).toMatchObject({ explanation: { steps: [{ step: 'as-is' }] } });
  });

  it('has a sentence and a code for each warning', async () => {
    const explained = async (photo: Uint8Array<ArrayBuffer>) =>
      (await (await post(photo, {}, '?explain=1')).json<ClassifyResponse>()).explanation;
    expect(await explained(await greyPng(120, 90, () => 128))).toMatchObject({
      warnings: ['Nothing stands out from the background.'],
      warning_codes: ['no-garment'],
    });
    const cut = await greyPng(120, 90, (x) => (x > 40 && x < 80 ? 40 : 230));
    expect(await explained(cut)).toMatchObject({
      warnings: [expect.stringContaining('cuts off')],
      warning_codes: ['cut-off'],
    });
  });

  it('is off by default', async () => {
    expect(await (await post(dark)).json()).not.toHaveProperty('explanation');
    expect(await (await post(dark, {}, '?explain=0')).json()).not.toHaveProperty('explanation');
    expect((await post(dark, {}, '?explain=yes')).status).toBe(400);
  });
});

it('reports when the model declined to answer, along with the predictions', async () => {
  const plain = await greyPng(60, 80, () => 128);
  const [nothing, garment] = [await post(plain), await post(dark)];
  expect(await nothing.json()).toMatchObject({ abstained: 'no-garment', predictions: { length: 10 } });
  expect(await garment.json()).toMatchObject({ abstained: null });
});

it('returns Server-Timing with the waits for body and model only', async () => {
  for (const response of [await post(dark), await post('no image')]) {
    expect(response.headers.get('server-timing')).toMatch(/^body;dur=[\d.]+,model;dur=[\d.]+$/);
  }
});
