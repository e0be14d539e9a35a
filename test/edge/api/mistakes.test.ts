/** @file Request bodies that are sent in another way than meant. Each error names the mistake. */
import { beforeAll, describe, expect, it } from 'vitest';
import { greyPng } from '../../fixtures/images.ts';
import { problemOf } from '../support/callers.ts';
import { isolate, tinyRelease } from '../support/tiny.ts';

let worker: ReturnType<typeof isolate>;
let file: Uint8Array<ArrayBuffer>;
let base64: string;
beforeAll(async () => {
  worker = isolate(await tinyRelease(5));
  file = await greyPng(28, 28, (x) => (x > 9 && x < 19 ? 200 : 0));
  base64 = btoa(String.fromCharCode(...file));
});

function post(path: string, body: BodyInit, headers: Record<string, string> = {}) {
  const request = { method: 'POST', body, headers: { authorization: 'Bearer operator', ...headers } };
  return worker.send(path, request);
}

const JSON_TYPE = 'application/json';
const URLENCODED = 'application/x-www-form-urlencoded';
const CLASSIFY = '/v1/classify';
const HF = '/hf/models/tinyvgg';

/** Returns the text of an error in either format. */
async function errorOf(response: Response): Promise<string> {
  const { detail, error } = await response.json<{ detail?: string; error?: string }>();
  return `${detail ?? error}`;
}

describe.each([CLASSIFY, HF])('to %s', (path) => {
  it.each<[name: string, body: () => string, type: string, error: RegExp]>([
    [
      'JSON as curl -d sends it',
      () => '{"image": "secret"}',
      URLENCODED,
      /looks like JSON.*application\/json/,
    ],
    ['JSON as text', () => ' \r\n{"image": "secret"}', 'text/plain', /looks like JSON/],
    ['a list as JSON of a vendor', () => '["secret"]', 'application/vnd.api+json', /looks like JSON/],
    ['JSON after a byte order mark', () => '\ufeff{"secret": 1}', 'text/plain', /looks like JSON/],
    [
      'a form as bytes',
      () => '--b\r\nContent-Disposition: form-data; name="secret"\r\n\r\n1\r\n--b--',
      'application/octet-stream',
      /looks like a multipart form.*\/v1\/classify/,
    ],
    [
      'another multipart type',
      () => '--b\r\n\r\nsecret\r\n--b--',
      'multipart/mixed; boundary=b',
      /multipart form/,
    ],
    [
      'a form without files',
      () => `image=${encodeURIComponent(base64)}`,
      URLENCODED,
      /without files.*curl -F/,
    ],
    ['base64 as text', () => base64, 'text/plain', /Base64 text/],
    ['a rich text, which begins like JSON,', () => '{\\rtf1 secret}', 'text/plain', /unknown format/],
    ['a file in another format', () => 'II*\0secret', URLENCODED, /TIFF/],
  ])('%s is refused by name', async (_name, body, type, error) => {
    const response = await post(path, body(), { 'content-type': type });
    expect(response.status).toBe(415);
    const text = await errorOf(response);
    expect(text).toMatch(error);
    expect(text).not.toContain('secret');
  });

  it.each<[name: string, text: () => string, error: RegExp]>([
    [
      'a data: URI',
      () => `data:image/png;base64,${base64}`,
      /got a data: URI\. Send only the part after its comma/,
    ],
    [
      'base64url',
      () => base64.replaceAll('+', '-').replaceAll('/', '_'),
      /got base64url\. Write \+ in place of -/,
    ],
    ['a URL', () => 'https://secret.example/a.png', /got a URL/],
    ['the text of a Python bytes object', () => `b'${base64}'`, /Python bytes object/],
    ['cut off base64', () => `${base64.slice(0, 20)}A`, /other characters or a text that is cut off/],
    ['both alphabets', () => 'secret+_', /other characters/],
  ])('%s in JSON is refused by name', async (_name, text, error) => {
    const member = path === HF ? 'inputs' : 'image';
    const response = await post(path, JSON.stringify({ [member]: text() }), { 'content-type': JSON_TYPE });
    expect(response.status).toBe(400);
    const found = await errorOf(response);
    expect(found).toMatch(new RegExp(`^/${member} of the JSON: expected base64.*${error.source}`));
    expect(found).not.toContain('secret');
  });

  it('base64 without padding and with line breaks is accepted', async () => {
    const member = path === HF ? 'inputs' : 'image';
    const lines = base64.replaceAll(/.{76}/g, '$&\r\n').replace(/=+$/, '');
    const response = await post(path, JSON.stringify({ [member]: lines }), { 'content-type': JSON_TYPE });
    expect(response.status).toBe(200);
  });
});

describe('a compressed body', () => {
  const gzip = (text: BodyInit) =>
    new Response(text).body?.pipeThrough(new CompressionStream('gzip')) as ReadableStream<Uint8Array>;

  it.each([CLASSIFY, HF, '/v2/models/tinyvgg/infer', '/v1/verify'])(
    'to %s is refused with the name of its encoding, and Accept-Encoding says what is accepted',
    async (path) => {
      const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'GZip' };
      const response = await post(path, await new Response(gzip('{}')).bytes(), headers);
      expect(response.status).toBe(415);
      expect(response.headers.get('accept-encoding')).toBe('identity');
      expect(await errorOf(response)).toMatch(/Content-Encoding gzip of the body is not supported/);
    },
  );

  it.each(['br', 'zstd', 'secret', 'gzip, gzip'])('with the encoding %s is refused', async (encoding) => {
    const problem = await problemOf(await post(CLASSIFY, file, { 'content-encoding': encoding }));
    expect(problem).toMatchObject({ type: 'unsupported-encoding' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it.each(['identity', 'Identity', ''])('is not one with the encoding "%s"', async (encoding) => {
    expect((await post(CLASSIFY, file, { 'content-encoding': encoding })).status).toBe(200);
  });
});
