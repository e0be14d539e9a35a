/** @file Conditional requests and byte ranges of the ONNX file (RFC 9110, sections 13 and 14). */
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { problemOf } from '../support/callers.ts';
import { emptyBucket, isolate, put, tinyRelease, utf8 } from '../support/tiny.ts';

let send: ReturnType<typeof isolate>['send'];
let bytes: Uint8Array<ArrayBuffer>;
let path: string;
let etag: string;
beforeAll(async () => {
  const release = await tinyRelease(1);
  ({ send } = isolate(release));
  bytes = release.weights;
  path = `/v1/models/tinyvgg/versions/${release.manifest.version}/onnx`;
  etag = `"${release.manifest.version}"`;
});

const get = (headers: Record<string, string> = {}, method = 'GET') => send(path, { method, headers });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

async function expectWhole(response: Response) {
  expect(response.status).toBe(200);
  expect(response.headers.get('etag')).toBe(etag);
  expect(response.headers.get('accept-ranges')).toBe('bytes');
  expect(response.headers.has('content-range')).toBe(false);
  expect(await bytesOf(response)).toEqual(bytes);
}

async function expectPart(response: Response, start: number, end: number) {
  expect(response.status).toBe(206);
  expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${bytes.length}`);
  expect(response.headers.get('etag')).toBe(etag);
  expect(response.headers.get('cache-control')).toContain('immutable');
  expect(await bytesOf(response)).toEqual(bytes.slice(start, end));
}

it('the ETag is strong and the version of the model', async () => {
  await expectWhole(await get());
});

describe('If-None-Match', () => {
  it('gets 304 with ETag and Cache-Control when it matches', async () => {
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, `"other",W/${etag} , "third"`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const response = await get({ 'if-none-match': tags, range: 'bytes=0-3' }, method);
        expect([response.status, response.headers.get('etag')]).toEqual([304, etag]);
        expect(response.headers.get('cache-control')).toContain('immutable');
        expect(response.headers.has('content-type')).toBe(false);
        expect(await response.text()).toBe('');
      }
    }
  });

  it('gets the file when it does not match', async () => {
    for (const tags of ['"other"', etag.slice(1, -1), '', `${etag}x`]) {
      await expectWhole(await get({ 'if-none-match': tags }));
    }
  });

  it('of a request that fails gets the failure, without an ETag', async () => {
    const unknown = path.replace(/[0-9a-f]{64}/, '0'.repeat(64));
    for (const tags of ['*', `"${'0'.repeat(64)}"`]) {
      const response = await send(unknown, { headers: { 'if-none-match': tags } });
      expect(response.headers.has('etag')).toBe(false);
      expect(await problemOf(response)).toMatchObject({ type: 'unknown-version' });
    }
  });
});

describe('If-Match', () => {
  it('gets the file when it matches', async () => {
    for (const tags of [etag, `"other", ${etag}`, '*']) await expectWhole(await get({ 'if-match': tags }));
  });

  it('gets 412 without an ETag when it does not match, and a weak tag never does', async () => {
    for (const tags of ['"other"', `W/${etag}`, '']) {
      const response = await get({ 'if-match': tags, range: 'bytes=0-3' });
      expect(response.headers.has('etag')).toBe(false);
      expect(await problemOf(response)).toMatchObject({ type: 'precondition-failed' });
    }
  });
});

describe('Range', () => {
  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=0-9', 0, 10],
    ['bytes=5-', 5, Number.POSITIVE_INFINITY],
    ['bytes=-4', -4, Number.POSITIVE_INFINITY],
    ['bytes=-99999', 0, Number.POSITIVE_INFINITY],
    ['bytes=3-99999999999999999999', 3, Number.POSITIVE_INFINITY],
    ['Bytes= 1-2 ', 1, 3],
  ])('%s gets that part with 206', async (range, start, end) => {
    const length = bytes.length;
    await expectPart(await get({ range }), start < 0 ? length + start : start, Math.min(end, length));
  });

  it.each([
    'bytes=5-3',
    'bytes=-',
    'bytes=',
    'bytes=a-b',
    'bytes=0x1-2',
    'bytes=1.5-2',
    'items=0-3',
    'bytes 0-3',
    'bytes=0-1,3-4',
    'bytes=--1',
  ])('%s is invalid or not supported and gets the whole file', async (range) => {
    await expectWhole(await get({ range }));
  });

  it('behind the end gets 416 with the length and without an ETag', async () => {
    const { length } = bytes;
    for (const range of [
      `bytes=${length}-`,
      `bytes=${length}-${length + 5}`,
      'bytes=-0',
      `bytes=${'9'.repeat(30)}-`,
    ]) {
      const response = await get({ range });
      expect(response.headers.get('content-range')).toBe(`bytes */${length}`);
      expect(response.headers.has('etag')).toBe(false);
      expect(await problemOf(response)).toMatchObject({ type: 'range-not-satisfiable' });
    }
  });

  it('of HEAD is ignored', async () => {
    const response = await get({ range: 'bytes=0-3' }, 'HEAD');
    expect([response.status, response.headers.get('content-length')]).toEqual([200, `${bytes.length}`]);
  });

  it('has an effect only if If-Range is the ETag', async () => {
    await expectPart(await get({ range: 'bytes=1-4', 'if-range': etag }), 1, 5);
    for (const other of ['"other"', `W/${etag}`, 'Sat, 28 Nov 2026 12:00:00 GMT']) {
      await expectWhole(await get({ range: 'bytes=1-4', 'if-range': other }));
      await expectWhole(await get({ range: 'bytes=99999-', 'if-range': other }));
    }
  });

  it('can fetch a file in parts', async () => {
    const parts: number[] = [];
    while (parts.length < bytes.length) {
      const range = `bytes=${parts.length}-${parts.length + 16}`;
      const response = await get({ range, 'if-match': etag });
      expect(response.status).toBe(206);
      parts.push(...(await bytesOf(response)));
    }
    expect(Uint8Array.from(parts)).toEqual(bytes);
  });
});

it('of a large file in the bucket, streams the whole file and its parts', async () => {
  const { manifest } = await tinyRelease(2);
  const weights = utf8(`${JSON.stringify(manifest.golden.vectors[0]?.logits)}${' '.repeat(3 * 2 ** 20)}`);
  const large = { manifest: { ...manifest, bytes: weights.length, version: await sha256(weights) }, weights };
  await put(large);
  const file = `/v1/models/tinyvgg/versions/${large.manifest.version}/onnx`;
  const whole = await send(file);
  expect(await bytesOf(whole)).toEqual(weights);
  for (const [start, end] of [
    [1, 10],
    [5, weights.length - 5],
  ] as const) {
    const response = await send(file, { headers: { range: `bytes=${start}-${end - 1}` } });
    expect(response.status).toBe(206);
    expect(await bytesOf(response)).toEqual(weights.slice(start, end));
  }
  await emptyBucket();
  expect((await send(file)).status).toBe(404);
});

it('a range behind the end of a file that is shorter than its manifest says is an error of the store', async () => {
  const release = await tinyRelease(3);
  await put(release, (manifest) => Object.assign(manifest, { bytes: 1_000_000 }));
  const file = `/v1/models/tinyvgg/versions/${release.manifest.version}/onnx`;
  const response = await send(file, { headers: { range: 'bytes=500000-500010' } });
  expect(await problemOf(response)).toMatchObject({ type: 'model-unavailable', status: 503 });
  await emptyBucket();
});
