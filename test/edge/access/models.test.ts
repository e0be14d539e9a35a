/** @file Keys that are limited to models: on every route by name, and in lists. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationsOf } from '../../../edge/openapi/openapi.ts';
import { bearer, expectProblem, keyOf, SHOP } from '../support/callers.ts';
import { document } from '../support/documented.ts';
import { emptyBucket, isolate, promote, put, tinyRelease } from '../support/tiny.ts';

const SITE = 'site_limited-to-photos';
const TOKEN_SECRET = 'a secret of at least thirty-two characters'.replaceAll(' ', '-');

let send: ReturnType<typeof isolate>['send'];
/** Headers by key: limited to photos, to the default model and photos, and not limited. */
let keys: Record<'photos' | 'both' | 'all' | 'site', Record<string, string>>;
let version: string;
beforeAll(async () => {
  const bundled = await tinyRelease(3);
  version = bundled.manifest.version;
  for (const name of ['photos', 'other']) {
    const release = await tinyRelease(4, { name });
    await put(release);
    await promote(release);
  }
  const [photos, both, all] = await Promise.all(['photos', 'both', 'all'].map(keyOf));
  keys = {
    photos: bearer(photos?.key ?? ''),
    both: bearer(both?.key ?? ''),
    all: bearer(all?.key ?? ''),
    site: { 'x-site-key': SITE, origin: SHOP },
  };
  const API_KEYS = [`${photos?.entry}:photos`, `${both?.entry}:tinyvgg:photos`, all?.entry].join();
  const SITE_KEYS = { [SITE]: { origins: [SHOP], models: ['photos'] } };
  ({ send } = isolate(bundled, { bindings: { API_KEYS, SITE_KEYS, TOKEN_SECRET } }));
});
afterAll(emptyBucket);

const PIXELS = { 'content-type': 'application/octet-stream' };
const INFER = {
  inputs: [{ name: 'image', shape: [1, 1, 28, 28], datatype: 'UINT8', data: Array(784).fill(0) }],
};

/** Sends a request that succeeds for any key without a limit. */
function request(method: string, path: string, headers: Record<string, string>): Promise<Response> {
  if (method === 'GET') return send(path, { headers });
  const isInfer = path.startsWith('/v2');
  const body = isInfer ? JSON.stringify(INFER) : new Uint8Array(784);
  const type = isInfer ? { 'content-type': 'application/json' } : PIXELS;
  return send(path, { method, body, headers: { ...type, ...headers } });
}

const byName = operationsOf(document)
  .filter(({ path }) => path.includes('{name}'))
  .map(({ method, path }) => [method.toUpperCase(), path] as const);

describe('a key that is limited to photos', () => {
  it.each(byName)('gets 403 on %s %s of another model, and not of photos', async (method, path) => {
    const of = (name: string) => path.replace('{name}', name).replace('{version}', version);
    for (const headers of [keys.photos, keys.site]) {
      const refused = await request(method, of('tinyvgg'), headers);
      expect(refused.status).toBe(403);
      const { type, error } = await refused.json<Record<string, string>>();
      expect(type ?? error).toMatch(/^\/problems\/model-not-allowed$|^The key is limited/);
      // 404: photos has no version of the default model. 415: Hugging Face's route takes no pixels.
      expect([200, 404, 415]).toContain((await request(method, of('photos'), headers)).status);
    }
    for (const headers of [keys.both, keys.all]) {
      expect((await request(method, of('tinyvgg'), headers)).status).not.toBe(403);
    }
  });

  it('gets 403 on routes of the default model, whatever version or alias it names', async () => {
    for (const query of ['', '?alias=canary', `?version=${version}`]) {
      await expectProblem(await request('POST', `/v1/classify${query}`, keys.photos), 'model-not-allowed');
      await expectProblem(await request('POST', `/v1/classify${query}`, keys.site), 'model-not-allowed');
    }
    expect((await request('POST', '/v1/classify', keys.both)).status).toBe(200);
  });

  it('gets a list of its models only', async () => {
    const names = async (headers: Record<string, string>) => {
      const { models } = await (await request('GET', '/v1/models', headers)).json<{
        models: { name: string }[];
      }>();
      return models.map(({ name }) => name);
    };
    expect(await names(keys.photos)).toEqual(['photos']);
    expect(await names(keys.site)).toEqual(['photos']);
    expect(await names(keys.both)).toEqual(['tinyvgg', 'photos']);
    expect(await names(keys.all)).toEqual(['tinyvgg', 'other', 'photos']);
    expect(await names({})).toEqual(['tinyvgg', 'other', 'photos']);
  });

  it('verifies and renews no prediction of another model, and leaves its token unused', async () => {
    const signed = await request('POST', '/v1/classify?sign=1', keys.all);
    const body = JSON.stringify({ token: (await signed.json<{ token: string }>()).token });
    const post = (path: string, headers: Record<string, string>) =>
      send(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
    for (const path of ['/v1/verify', '/v1/renew']) {
      await expectProblem(await post(path, keys.photos), 'model-not-allowed');
    }
    expect(await (await post('/v1/verify', keys.both)).json()).toMatchObject({ valid: true });
  });

  it('reads no metrics', async () => {
    await expectProblem(await request('GET', '/metrics', keys.photos), 'model-not-allowed');
    expect((await request('GET', '/metrics', keys.all)).status).toBe(200);
  });
});
