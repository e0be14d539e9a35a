/** @file Request bodies of POST /v1/classify: valid ones succeed, invalid ones get their problem, and none causes a 5xx. */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_PIXELS } from '#shared/decode/limits.ts';
import type { ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { MAX_BODY_BYTES } from '../../../edge/http/limits.ts';
import type { ProblemType } from '../../../edge/http/problem-types.ts';
import { concat, greyPng, jpeg, paint, png } from '../../fixtures/images.ts';
import { problemOf } from '../support/callers.ts';
import { initJpegEncoder } from '../support/jpeg-encoder.ts';
import { isolate, LABELS, tinyRelease, utf8 } from '../support/tiny.ts';

const WINNER = 5;
let worker: ReturnType<typeof isolate>;
let pngFile: Uint8Array<ArrayBuffer>;
let jpegFile: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  worker = isolate(await tinyRelease(WINNER));
  await initJpegEncoder();
  pngFile = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  jpegFile = await jpeg(
    paint(64, 48, (x, y) => (x > 20 && x < 40 && y > 5 ? [90, 40, 40] : [250, 250, 250])),
  );
});

const post = (body: BodyInit, { path = '/v1/classify', headers = {} as Record<string, string> } = {}) =>
  worker.send(path, { method: 'POST', body, headers });

async function expectProblem(response: Response, type: ProblemType, members: Record<string, unknown> = {}) {
  expect(await problemOf(response)).toMatchObject({ type, ...members });
}

function form(...fields: [name: string, value: Uint8Array<ArrayBuffer> | string][]) {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new File([value], 'picture'));
  }
  return form;
}

describe('POST /v1/classify', () => {
  it('returns id, model and all labels, highest score first, with scores that add up to 1', async () => {
    const response = await post(pngFile);
    expect(response.status).toBe(200);
    const { id, model, predictions } = await response.json<ClassifyResponse>();
    expect(id).toBe(response.headers.get('x-request-id'));
    expect(model).toMatchObject({ name: 'tinyvgg', alias: 'bundled' });
    expect(model.version).toMatch(/^[0-9a-f]{64}$/);
    expect(predictions[0]).toMatchObject({ label: LABELS[WINNER], index: WINNER });
    expect(predictions.map(({ index }) => index).sort()).toEqual([...LABELS.keys()]);
    const scores = predictions.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it.each(['1', '3', '10'])('returns top_k=%s predictions', async (k) => {
    const { predictions } = await (
      await post(pngFile, { path: `/v1/classify?top_k=${k}` })
    ).json<ClassifyResponse>();
    expect(predictions).toHaveLength(Number(k));
  });

  it.each(['', '0', '11', '-1', '1.5', 'x', '1e1', '٣', '3&top_k=4'])('refuses top_k=%s', async (k) => {
    await expectProblem(await post(pngFile, { path: `/v1/classify?top_k=${k}` }), 'invalid-query');
  });

  it.each([
    'image/png',
    'image/jpeg',
    'text/plain',
    'application/json',
    'application/x-www-form-urlencoded',
    'nonsense',
  ])('detects the format from the bytes with content type %s', async (type) => {
    for (const file of [pngFile, jpegFile]) {
      expect((await post(file, { headers: { 'content-type': type } })).status).toBe(200);
    }
  });

  it('accepts a JPEG and a form', async () => {
    expect((await post(jpegFile)).status).toBe(200);
    expect((await post(form(['image', jpegFile]))).status).toBe(200);
    expect((await post(form(['note', 'x'], ['image', pngFile]))).status).toBe(200);
  });
});

describe('a body that is not an image', () => {
  it.each([
    ['hello'],
    ['{"image": "aGVsbG8="}'],
    ['BM of a bitmap'],
    ['%PDF-1.7'],
    ['data:image/png;base64,iVBORw0KGgo='],
  ])('is an unsupported image: %j', async (text) => {
    await expectProblem(await post(text), 'unsupported-image');
  });

  it('is an empty body without bytes', async () => {
    await expectProblem(await post(''), 'empty-body');
    await expectProblem(await worker.send('/v1/classify', { method: 'POST' }), 'empty-body');
  });

  it('is not repeated in the response', async () => {
    const secret = '<script>alert("secret")</script>';
    const path = `/v1/classify?top_k=${encodeURIComponent(secret)}`;
    for (const response of [
      await post(secret),
      await post(pngFile, { path }),
      await worker.send(`/${secret}`),
    ]) {
      expect(await response.text()).not.toContain('secret');
    }
  });
});

describe('a form', () => {
  it.each([
    ['without the field', form(['picture', utf8('x')])],
    ['with a text in the field', form(['image', 'x'])],
    ['with a text beside a file', form(['image', utf8('x')], ['image', 'y'])],
    ['without fields', form()],
  ])('is malformed %s', async (_name, body) => {
    await expectProblem(await post(body), 'malformed-form');
  });

  it.each(['multipart/form-data', 'multipart/form-data; boundary=', 'Multipart/Form-Data; boundary=b'])(
    'is malformed when it does not match the content type %s',
    async (type) => {
      const body = utf8('--a\r\n');
      await expectProblem(await post(body, { headers: { 'content-type': type } }), 'malformed-form');
    },
  );

  it('with an empty file has an unsupported image', async () => {
    await expectProblem(await post(form(['image', utf8('')])), 'unsupported-image');
  });
});

describe('limits', () => {
  const big = MAX_BODY_BYTES + 1;

  it('a declared length above the limit is refused', async () => {
    const response = await post(pngFile, { headers: { 'content-length': `${big}` } });
    await expectProblem(response, 'body-too-large', { limit: MAX_BODY_BYTES, actual: big });
  });

  it('an oversized body without a length is drained up to a bound', async () => {
    let sent = 0;
    const endless = new ReadableStream({
      type: 'bytes',
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(2 ** 20));
      },
    });
    await expectProblem(await post(endless), 'body-too-large', { limit: MAX_BODY_BYTES });
    expect(sent).toBeLessThan(110);
  });

  it.each(['x', '-1', 'NaN', '', '1'])('a wrong length %j does not bypass the limit', async (length) => {
    const headers = { 'content-length': length };
    await expectProblem(await post(new Uint8Array(big), { headers }), 'body-too-large');
    expect((await post(pngFile, { headers })).status).toBe(200);
  });

  it('an oversized form is refused', async () => {
    await expectProblem(await post(form(['image', new Uint8Array(big)])), 'body-too-large');
  });

  it('an incomplete body is a client error', async () => {
    const broken = new ReadableStream({
      type: 'bytes',
      start(controller) {
        controller.enqueue(pngFile.slice(0, 50));
        controller.error(new Error('connection lost'));
      },
    });
    await expectProblem(await post(broken), 'unreadable-body');
  });

  it('an image whose header declares too many pixels is refused', async () => {
    const claim = (width: number, height: number) =>
      png(1, 1, [0], { channels: 1, claim: { width, height } });
    const size = { limit: MAX_PIXELS.png, actual: 4000 * 3000 };
    await expectProblem(await post(await claim(4000, 3000)), 'image-too-large', size);
    await expectProblem(await post(await claim(60_000, 1)), 'image-too-large', { actual: 60_000 });
    await expectProblem(await post(await claim(0, 0)), 'damaged-image');
  });

  it('an image of exactly the maximum size is classified', async () => {
    const image = await greyPng(3000, 2000, (x, y) =>
      x > 1000 && x < 2000 && y > 500 && y < 1500 ? 50 : 240,
    );
    expect((await post(image)).status).toBe(200);
  });
});

describe('a damaged image', () => {
  it('truncated within its pixels gets 4xx', async () => {
    for (const file of [pngFile, jpegFile]) {
      for (let cut = 1; cut < file.length - 20; cut += 11) {
        const problem = await problemOf(await post(file.slice(0, cut)));
        expect(['unsupported-image', 'damaged-image'], `${cut}`).toContain(problem.type);
      }
    }
  });

  it('with any bytes changed gets 200 or 4xx, and the next request succeeds', async () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), damage, async (isPng, damage) => {
        const file = (isPng ? pngFile : jpegFile).slice();
        for (const [at, byte] of damage) file[at % file.length] = byte;
        const response = await post(file);
        if (response.status !== 200) expect((await problemOf(response)).status).toBeLessThan(500);
        else await response.body?.cancel();
      }),
      { numRuns: 150 },
    );
    expect((await post(pngFile)).status).toBe(200);
    expect((await post(jpegFile)).status).toBe(200);
  });

  it('made of a valid beginning and random bytes gets 4xx, with any content type', async () => {
    const beginnings = fc.constantFrom(
      utf8(''),
      pngFile.slice(0, 33),
      jpegFile.slice(0, 20),
      utf8('--b\r\n'),
    );
    const types = fc.constantFrom(
      '',
      'image/png',
      'multipart/form-data; boundary=b',
      'application/json',
      'application/octet-stream',
      '\t;=',
      'a'.repeat(500),
    );
    await fc.assert(
      fc.asyncProperty(beginnings, fc.uint8Array({ maxLength: 300 }), types, async (start, rest, type) => {
        const response = await post(concat(start, rest), { headers: { 'content-type': type } });
        expect((await problemOf(response)).status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
  });
});

it('an unexpected error is a 500 that does not reveal its message', async () => {
  const engine = {
    name: 'failing',
    bytes: 0,
    loads: 0,
    runs: 0,
    load: async () => {
      const { manifest } = await tinyRelease(WINNER);
      let calls = 0;
      return {
        bytes: 0,
        async logits() {
          calls += 1;
          if (calls > 1) throw new Error('inside');
          return Float32Array.from(manifest.golden.vectors[0]?.logits ?? []);
        },
      };
    },
  };
  const failing = isolate(await tinyRelease(WINNER), { engine, bucket: env.MODELS });
  const response = await failing.send('/v1/classify', { method: 'POST', body: pngFile });
  const problem = await problemOf(response);
  expect(problem.type).toBe('internal');
  expect(JSON.stringify(problem)).not.toContain('inside"');
  expect(JSON.stringify(problem)).not.toContain('Error');
});
