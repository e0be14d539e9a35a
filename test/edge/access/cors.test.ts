/** @file CORS: which pages may read responses, including errors. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RATES } from '../../../edge/access/rates.ts';
import { MAX_BODY_BYTES } from '../../../edge/http/limits.ts';
import type { ProblemType } from '../../../edge/http/problem-types.ts';
import { bearer, expectProblem, keyOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';
import { isolate, tinyEngine, tinyRelease } from '../support/tiny.ts';

const ADMIN = 'https://admin.example';
const EVIL = 'https://evil.example';

const preflight = (origin: string, method = 'POST', headers = 'authorization') => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': headers,
  },
});

let send: Awaited<ReturnType<typeof service>>['send'];
beforeAll(async () => {
  const { entry } = await keyOf('alice');
  ({ send } = await service({ API_KEYS: entry, SITE_KEYS, ALLOWED_ORIGINS: ADMIN }));
});

/** Checks the CORS headers of a response. @returns the origin that may read it, or null */
function allowedReader({ headers }: Response): string | null {
  const origin = headers.get('access-control-allow-origin');
  expect(headers.get('vary')).toMatch(/(^|, )Origin(,|$)/);
  expect(headers.get('timing-allow-origin')).toBe(origin);
  expect(headers.get('access-control-allow-credentials')).toBeNull();
  if (origin) {
    expect(headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['x-request-id', 'etag', 'server-timing', 'retry-after', 'content-range']),
    );
  }
  return origin;
}

describe('a preflight', () => {
  it('needs no credential, lists the allowed methods and headers, and is cached for a day', async () => {
    const response = await send('/v1/classify', preflight(ADMIN));
    expect(response.status).toBe(204);
    expect(allowedReader(response)).toBe(ADMIN);
    const list = (name: string) => response.headers.get(name)?.split(',');
    expect(list('access-control-allow-methods')).toEqual(['GET', 'HEAD', 'POST']);
    expect(list('access-control-allow-headers')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'if-none-match',
        'range',
        'x-site-key',
        'cf-turnstile-response',
      ]),
    );
    expect(response.headers.get('access-control-max-age')).toBe('86400');
  });

  it.each([SHOP, ADMIN, 'https://a.shops.example:8443', 'https://edge.test'])(
    'allows pages of %s',
    async (origin) => {
      for (const path of ['/v1/classify', '/hf/models/tinyvgg', '/v2/models/tinyvgg/infer', '/v1/models']) {
        expect(allowedReader(await send(path, preflight(origin)))).toBe(origin);
      }
    },
  );

  it.each([
    EVIL,
    'null',
    'http://shop.example',
    'https://shops.example:8443',
    'http://localhost:3000',
    'edge.test',
  ])('lets %s send no API key, and read nothing but a refusal', async (origin) => {
    const { headers } = await send('/v1/classify', preflight(origin, 'POST', 'x-site-key'));
    expect(headers.get('access-control-allow-origin')).toBe('*');
    const names = headers.get('access-control-allow-headers')?.split(',');
    expect(names).toEqual(expect.arrayContaining(['content-type', 'x-site-key']));
    expect(names).not.toContain('authorization');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(allowedReader(await send('/v1/models', { headers: { origin } }))).toBeNull();
  });

  it('is answered for unknown paths and methods, so that the page can read the problem', async () => {
    for (const [path, method, status] of [
      ['/v3', 'POST', 404],
      ['/v1/models', 'POST', 405],
    ] as const) {
      expect((await send(path, preflight(ADMIN, method))).status).toBe(204);
      const response = await send(path, { method, headers: { origin: ADMIN } });
      expect([response.status, allowedReader(response)]).toEqual([status, ADMIN]);
    }
    const { headers } = await send('/v1/classify', preflight(ADMIN, 'DELETE'));
    expect(headers.get('access-control-allow-methods')).not.toContain('DELETE');
  });

  it('needs Access-Control-Request-Method; any other OPTIONS request gets 405', async () => {
    const response = await send('/v1/classify', { method: 'OPTIONS', headers: { origin: ADMIN } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await send('/v3', { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe('a response can be read', () => {
  it.each(['/', '/v1/models', '/health/live', '/v2', '/problems/closed'])(
    'at %s by allowed pages',
    async (path) => {
      expect(allowedReader(await send(path, { headers: { origin: SHOP } }))).toBe(SHOP);
      expect(allowedReader(await send(path, { headers: { origin: EVIL } }))).toBeNull();
      expect(allowedReader(await send(path))).toBeNull();
    },
  );

  const pixels = new Uint8Array(784);
  const site = { 'x-site-key': SITE_KEY };
  it.each<[status: number, path: string, body: Uint8Array | string | null, headers: Record<string, string>]>([
    [200, '/v1/classify', pixels, { ...site, 'content-type': 'application/octet-stream' }],
    [400, '/v1/classify', null, site],
    [401, '/v1/classify', pixels, {}],
    [401, '/v1/classify', pixels, bearer('x')],
    [401, '/hf/models/tinyvgg', pixels, bearer('x')],
    [
      404,
      '/v2/models/none/infer',
      '{"inputs":[{"name":"a","shape":[1],"datatype":"FP32"}]}',
      { ...site, 'content-type': 'application/json' },
    ],
    [413, '/v1/classify', new Uint8Array(MAX_BODY_BYTES + 1), site],
    [415, '/v1/classify', 'no image', site],
    [422, '/v1/classify', '\xff\xd8\xff', site],
  ])('with status %i of POST %s', async (status, path, body, headers) => {
    const payload = body === '\xff\xd8\xff' ? Uint8Array.of(0xff, 0xd8, 0xff) : body;
    const response = await send(path, {
      method: 'POST',
      body: payload as BodyInit,
      headers: { ...headers, origin: SHOP },
    });
    expect([response.status, allowedReader(response)]).toEqual([status, SHOP]);
  });

  it('with status 206 and 304, and with 403 by pages that are allowed for another site key', async () => {
    const { classify, send } = await service({ SITE_KEYS, ALLOWED_ORIGINS: ADMIN });
    const { models } = await (await send('/v1/models')).json<{ models: [{ version: string }] }>();
    const { version } = models[0];
    for (const [status, condition] of [
      [206, { range: 'bytes=0-3' }],
      [304, { 'if-none-match': `"${version}"` }],
    ] as const) {
      const headers = { origin: SHOP, ...condition };
      const part = await send(`/v1/models/tinyvgg/versions/${version}/onnx`, { headers });
      expect([part.status, allowedReader(part)]).toEqual([status, SHOP]);
    }
    const refused = await classify({ ...site, origin: ADMIN });
    expect([refused.status, allowedReader(refused)]).toEqual([403, ADMIN]);
  });

  it('with status 500 and 503', async () => {
    const bindings = { ACCESS: 'open', ALLOWED_ORIGINS: SHOP };
    const request = {
      method: 'POST',
      body: pixels,
      headers: { origin: SHOP, 'content-type': 'application/octet-stream' },
    };
    const release = await tinyRelease(1);
    const failing = tinyEngine();
    const { load } = failing;
    failing.load = async (...args) => {
      const { bytes, logits } = await load(...args);
      return {
        bytes,
        logits: (images, n) => (failing.runs > 0 ? Promise.reject(new Error()) : logits(images, n)),
      };
    };
    const internal = await isolate(release, { bindings, engine: failing }).send('/v1/classify', request);
    expect([internal.status, allowedReader(internal)]).toEqual([500, SHOP]);

    failing.load = () => Promise.reject(new Error());
    const none = await isolate(release, { bindings, engine: failing }).send('/v1/classify', request);
    expect([none.status, allowedReader(none)]).toEqual([503, SHOP]);
  });
});

describe('a page of another origin can read why it was refused', () => {
  const site = { 'x-site-key': SITE_KEY };
  /** What a browser adds to a request of a script. */
  const script = (origin: string) => ({ origin, 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' });

  it.each<[type: ProblemType, headers: Record<string, string>, bindings?: object]>([
    ['wrong-origin', site],
    ['wrong-key', { 'x-site-key': 'site_mistyped_mistyped' }],
    ['no-key', {}],
    ['closed', site, {}],
    ['misconfigured', site, { SITE_KEYS: '{' }],
  ])('%s', async (type, headers, bindings = { SITE_KEYS }) => {
    for (const origin of [EVIL, 'null']) {
      const { classify } = await service(bindings);
      const response = await classify({ ...headers, ...script(origin) });
      expect(allowedReader(response)).toBe('*');
      await expectProblem(response, type);
    }
  });

  it('too-many-requests', async () => {
    const { VISITOR_RATE } = env;
    const { classify } = await service({ SITE_KEYS, VISITOR_RATE });
    for (let sent = 0; sent <= 2 * RATES.visitor.limit; sent++) {
      const response = await classify({ ...site, origin: EVIL, 'cf-connecting-ip': '192.0.2.66' });
      expect(allowedReader(response)).toBe('*');
      if (response.status === 429) return;
    }
    throw new Error('no request was limited');
  });

  it.each([
    ['an open service', { ACCESS: 'open' }, 'https://edge.test'],
    ['a service on localhost', {}, 'http://localhost:8787'],
  ])('%s does not classify for a script that could not read the result', async (_, bindings, host) => {
    const { classify } = await service(bindings);
    const response = await classify(script(EVIL), `${host}/v1/classify`);
    expect(allowedReader(response)).toBe('*');
    expect(await expectProblem(response, 'wrong-origin')).toContain('ALLOWED_ORIGINS');
    const verification = await classify(script(EVIL), `${host}/v1/verify`);
    expect(verification.status).toBe(403);
  });

  it.each<[client: string, headers: Record<string, string>]>([
    ['a form without script', { origin: EVIL, 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' }],
    ['a page behind the same proxy', { ...script(EVIL), 'sec-fetch-site': 'same-origin' }],
    ['Node’s fetch', { 'sec-fetch-mode': 'cors' }],
    ['a browser without Sec-Fetch headers', { origin: EVIL }],
  ])('%s still gets its result from an open service', async (_, headers) => {
    const response = await (await service({ ACCESS: 'open' })).classify(headers);
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it('an API key passes with the headers of a page, which a proxy may forward', async () => {
    const { key, entry } = await keyOf('proxy');
    const { classify } = await service({ API_KEYS: entry });
    const response = await classify({ ...bearer(key), ...script(EVIL) });
    expect([response.status, allowedReader(response)]).toEqual([200, null]);
  });
});

describe('the pages that may read responses', () => {
  const readerOf = async (bindings: object, origin: string, url = '/health/live') =>
    allowedReader(await (await service(bindings)).send(url, { headers: { origin } }));

  it('are those of localhost on any port, when nothing is set and the service runs on localhost', async () => {
    const here = 'http://localhost:8787/health/live';
    for (const origin of ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:8080']) {
      expect(await readerOf({}, origin, here)).toBe(origin);
      expect(await readerOf({}, origin)).toBeNull();
    }
    for (const origin of [EVIL, 'null', 'http://localhost.evil.example', 'localhost']) {
      expect(await readerOf({}, origin, here)).toBeNull();
    }
    expect(await readerOf({ ACCESS: 'open' }, 'http://localhost:5173', here)).toBeNull();
  });

  it('are all with *', async () => {
    expect(await readerOf({ ALLOWED_ORIGINS: `${SHOP}, *` }, EVIL)).toBe('*');
    expect(await readerOf({ ALLOWED_ORIGINS: '*' }, 'null')).toBe('*');
  });

  it('include the service’s own', async () => {
    expect(await readerOf({}, 'https://edge.test')).toBe('https://edge.test');
    expect(await readerOf({ ACCESS: 'wrong' }, SHOP)).toBeNull();
  });
});
