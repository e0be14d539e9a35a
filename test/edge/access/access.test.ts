/** @file Access control: without settings, with API keys, site keys and ACCESS=open. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { findKey } from '../../../edge/access/caller.ts';
import { operationsOf } from '../../../edge/openapi/openapi.ts';
import { bearer, expectProblem, keyOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';
import { document } from '../support/documented.ts';
import { utf8 } from '../support/tiny.ts';

let alice: Awaited<ReturnType<typeof keyOf>>;
let bob: typeof alice;
let API_KEYS: string;
beforeAll(async () => {
  [alice, bob] = await Promise.all([keyOf('alice'), keyOf('bob')]);
  API_KEYS = `${alice.entry}\n${bob.entry}`;
});

describe('without access settings', () => {
  it.each(['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]', 'https://LOCALHOST'])(
    'the service admits any request to %s',
    async (origin) => {
      const { classify } = await service();
      const headers = { ...bearer('hf_of_somewhere_else'), 'x-site-key': 'x' };
      expect((await classify(headers, `${origin}/v1/classify`)).status).toBe(200);
      expect((await classify({}, `${origin}/hf/models/tinyvgg`)).status).not.toBe(403);
    },
  );

  it.each([
    'https://edge.test',
    'http://rebound.example:8787',
    'http://localhost.rebound.example',
    'http://127.0.0.1.rebound.example',
    'http://localhost.:8787',
    'http://192.168.0.7:8787',
    'http://0.0.0.0:8787',
  ])('the service refuses requests to %s and names the settings', async (origin) => {
    const { classify } = await service();
    const headers = { origin: 'http://localhost', 'x-forwarded-host': 'localhost' };
    const detail = await expectProblem(await classify(headers, `${origin}/v1/classify`), 'closed');
    expect(detail).toMatch(/npm run key.*wrangler secret put API_KEYS.*ACCESS = "open"/);
  });

  it('the service refuses a page that names localhost only in MF-Original-URL, so that Host has another name', async () => {
    const { classify } = await service();
    const url = 'http://localhost:8787/v1/classify';
    for (const host of ['rebound.example:8787', '192.168.0.7', 'localhost.rebound.example', 'not a host'])
      await expectProblem(await classify({ host }, url), 'closed');
    for (const host of ['localhost:8787', '127.0.0.1:8787', '[::1]:8787'])
      expect((await classify({ host }, url)).status).toBe(200);
  });

  it('the service refuses posts of pages elsewhere, and admits pages on this machine', async () => {
    const { classify } = await service();
    const url = 'http://localhost:8787/v1/classify';
    for (const origin of ['https://shop.example', 'http://localhost.shop.example', 'null'])
      await expectProblem(await classify({ origin }, url), 'wrong-origin');
    for (const origin of ['http://localhost:8787', 'http://127.0.0.1:3000'])
      expect((await classify({ origin }, url)).status).toBe(200);
  });

  it('the service admits a form of its own page, which sends the origin null', async () => {
    const { classify } = await service();
    const url = 'http://localhost:8787/v1/classify';
    expect((await classify({ origin: 'null', 'sec-fetch-site': 'same-origin' }, url)).status).toBe(200);
    for (const site of ['cross-site', 'same-site', 'none'])
      await expectProblem(await classify({ origin: 'null', 'sec-fetch-site': site }, url), 'wrong-origin');
  });

  it.each([{ ACCESS: 'keys' }, { API_KEYS: '' }, { SITE_KEYS: '{}' }])(
    '%j counts as a setting, so the service refuses localhost, too',
    async (bindings) => {
      const { classify } = await service(bindings);
      await expectProblem(await classify({}, 'http://localhost/v1/classify'), 'closed');
    },
  );
});

describe('an API key', () => {
  it('is required on every host, including localhost', async () => {
    const { classify } = await service({ API_KEYS });
    for (const path of ['/v1/classify', 'http://localhost:8787/v1/classify']) {
      for (const { key } of [alice, bob]) expect((await classify(bearer(key), path)).status).toBe(200);
      const response = await classify({}, path);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      await expectProblem(response, 'no-key');
    }
  });

  it.each([
    ['scheme in another case', () => `bEARER ${alice.key}`, 200],
    ['several spaces', () => `Bearer   ${alice.key}`, 200],
    ['no key', () => 'Bearer', 401],
    ['hash of the key', () => `Bearer ${alice.entry.split(':')[1]}`, 401],
    ['entry of API_KEYS', () => `Bearer ${alice.entry}`, 401],
    ['truncated key', () => `Bearer ${alice.key.slice(0, -1)}`, 401],
    ['key with a suffix', () => `Bearer ${alice.key}a`, 401],
    ['key in another case', () => `Bearer ${alice.key.toUpperCase()}`, 401],
    ['two keys', () => `Bearer ${alice.key}, Bearer ${bob.key}`, 401],
    ['no space', () => `Bearer${alice.key}`, 401],
    ['no scheme', () => alice.key, 401],
    ['scheme Basic', () => `Basic ${btoa(`:${alice.key}`)}`, 401],
  ])('is read from the Authorization header: %s', async (_name, authorization, status) => {
    const { classify } = await service({ API_KEYS });
    expect((await classify({ authorization: authorization() })).status).toBe(status);
  });

  it('gets `wrong-key` when it is unknown; another scheme gets `no-key`', async () => {
    const { classify } = await service({ API_KEYS: alice.entry });
    const revoked = await classify(bearer(bob.key));
    expect(revoked.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    await expectProblem(revoked, 'wrong-key');
    await expectProblem(await classify({ authorization: 'Basic eDp5' }), 'no-key');
  });

  it('is compared with all entries, and the last match wins', async () => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(alice.key)));
    const other = new Uint8Array(32);
    const names = async (...entries: [string, Uint8Array<ArrayBuffer>][]) => {
      const keys = entries.map(([name, digest]) => ({ name, digest }));
      return (await findKey(alice.key, keys))?.name;
    };
    expect(await names(['first', digest], ['b', other], ['last', digest], ['d', other])).toBe('last');
    expect(await names(['only', digest], ['b', other])).toBe('only');
    expect(await names(['a', other], ['b', other])).toBeUndefined();
    expect(await names()).toBeUndefined();
  });

  it('gets 401 in any other form, and the response does not repeat it', async () => {
    const { classify } = await service({ API_KEYS, SITE_KEYS });
    const marker = 'qMarkerq';
    const scheme = fc.constantFrom(
      'Bearer ',
      'bearer',
      'Basic ',
      'Bearer  ',
      '',
      'Bearer Bearer ',
      'Bearer=',
    );
    const header = fc
      .tuple(scheme, fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme-ascii' }))
      .map(([scheme, a, b]) => `${scheme}${a.replaceAll(/[\0\r\n]/g, '')}${marker}${b}`);
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        const response = await classify({ authorization });
        expect(response.status).toBe(401);
        expect(await response.text()).not.toContain(marker);
        expect(JSON.stringify([...response.headers])).not.toContain(marker);
      }),
      { numRuns: 300 },
    );
  });

  it.each(['/hf/models/tinyvgg', '/v2/models/tinyvgg/infer'])(
    'is required at %s, with an {"error"} response',
    async (path) => {
      const response = await (await service({ API_KEYS })).classify({}, path);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await response.json()).toEqual({ error: expect.stringContaining('Authorization: Bearer') });
    },
  );
});

describe('a site key', () => {
  const classify = async (headers: Record<string, string>, path?: string) =>
    (await service({ SITE_KEYS })).classify(headers, path);

  it.each([SHOP, 'https://a.shops.example:8443', 'https://a.b-c.shops.example:8443'])(
    'in a header or in the query admits pages of %s',
    async (origin) => {
      expect((await classify({ 'x-site-key': SITE_KEY, origin })).status).toBe(200);
      expect((await classify({ origin }, `/v1/classify?top_k=1&site_key=${SITE_KEY}`)).status).toBe(200);
    },
  );

  it.each([
    'http://shop.example',
    'https://shop.example:8443',
    'https://a.shop.example',
    'https://shop.example.evil.example',
    'https://shops.example:8443',
    'https://a.shops.example',
    'https://evilshops.example:8443',
    'https://evil.example/.shops.example:8443',
    'https://evil.example#.shops.example:8443',
    'https://.shops.example:8443',
    'http://a.shops.example:8443',
    'null',
    '',
    '*',
  ])('refuses pages of %j', async (origin) => {
    await expectProblem(await classify({ 'x-site-key': SITE_KEY, origin }), 'wrong-origin');
  });

  it('requires an Origin header', async () => {
    expect(await expectProblem(await classify({ 'x-site-key': SITE_KEY }), 'wrong-origin')).toContain(
      'no Origin',
    );
  });

  it.each(['site_unknownunknownunknown', '', 'constructor', '__proto__'])(
    '%j gets `wrong-key`',
    async (key) => {
      const response = await classify({ 'x-site-key': key, origin: SHOP });
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      await expectProblem(response, 'wrong-key');
    },
  );

  it('is ignored when the request has a bearer token, valid or not', async () => {
    const { classify } = await service({ API_KEYS, SITE_KEYS });
    const site = { 'x-site-key': SITE_KEY };
    expect((await classify({ ...site, ...bearer(bob.key) })).status).toBe(200);
    await expectProblem(await classify({ ...site, ...bearer('x'), origin: SHOP }), 'wrong-key');
  });

  it('can come from a table in wrangler.toml', async () => {
    const { classify } = await service({ SITE_KEYS: JSON.parse(SITE_KEYS) });
    expect((await classify({ 'x-site-key': SITE_KEY, origin: SHOP })).status).toBe(200);
  });
});

describe('ACCESS=open', () => {
  it('admits everyone and ignores credentials of a kind that is not set', async () => {
    const { classify } = await service({ ACCESS: 'open' });
    expect((await classify()).status).toBe(200);
    expect((await classify({ ...bearer('x'), 'x-site-key': 'x' })).status).toBe(200);
  });

  it('refuses wrong credentials of a kind that is set', async () => {
    const { classify } = await service({ ACCESS: 'open', API_KEYS, SITE_KEYS });
    expect((await classify()).status).toBe(200);
    expect((await classify(bearer(alice.key))).status).toBe(200);
    await expectProblem(await classify(bearer('x')), 'wrong-key');
    await expectProblem(await classify({ 'x-site-key': SITE_KEY }), 'wrong-origin');
  });
});

it('every operation admits exactly the credentials that the OpenAPI document lists for it', async () => {
  const { send } = await service({ API_KEYS, SITE_KEYS });
  const credentials = {
    bearer: [bearer(alice.key), ''],
    siteKey: [{ 'x-site-key': SITE_KEY }, ''],
    siteKeyInQuery: [{}, `?site_key=${SITE_KEY}`],
  } as const;
  expect(Object.keys(credentials)).toEqual(Object.keys(document.components.securitySchemes));
  for (const { path, method, operation } of operationsOf(document)) {
    const address = path.replaceAll(/\{\w+\}/g, 'tinyvgg');
    const isAdmitted = async (headers = {}, query = '') => {
      const init = { method: method.toUpperCase(), headers: { ...headers, origin: SHOP } };
      return ![401, 403].includes((await send(`${address}${query}`, init)).status);
    };
    // An operation that anyone may call lists an empty array, because without one the document leaves it open.
    expect(operation.security, path).toBeInstanceOf(Array);
    const isPublic = operation.security.length === 0;
    expect([path, await isAdmitted()]).toEqual([path, isPublic]);
    for (const [scheme, [headers, query]] of Object.entries(credentials)) {
      const isListed = operation.security.some((requirement) => scheme in requirement);
      expect([path, scheme, await isAdmitted(headers, query)]).toEqual([path, scheme, isPublic || isListed]);
    }
  }
});

describe('requireApiKey', () => {
  const statusOf = async (bindings: object, headers: Record<string, string> = {}, host = 'edge.test') => {
    const { send } = await service(bindings);
    return (await send(`https://${host}/metrics`, { headers })).status;
  };

  it('admits API keys, but neither site keys nor an open service’s visitors', async () => {
    expect(await statusOf({ API_KEYS }, bearer(alice.key))).toBe(200);
    expect(await statusOf({ API_KEYS })).toBe(401);
    expect(await statusOf({ API_KEYS }, bearer('x'))).toBe(401);
    expect(await statusOf({ API_KEYS, SITE_KEYS }, { 'x-site-key': SITE_KEY, origin: SHOP })).toBe(401);
    expect(await statusOf({ API_KEYS, ACCESS: 'open' })).toBe(401);
  });

  it('refuses everyone without API keys, except localhost without settings', async () => {
    expect(await statusOf({ ACCESS: 'open' })).toBe(403);
    expect(await statusOf({ SITE_KEYS }, {}, 'localhost')).toBe(403);
    expect(await statusOf({})).toBe(403);
    expect(await statusOf({}, {}, 'localhost')).toBe(200);
  });
});
