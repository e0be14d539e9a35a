/** @file Query parameters: unknown and repeated ones are refused with a message that names the known ones. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassifyResponse } from '../../../edge/api/v1/responses.ts';
import { type Operation, operationsOf } from '../../../edge/openapi/openapi.ts';
import { bearer, keyOf, problemOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';
import { document } from '../support/documented.ts';

let send: Awaited<ReturnType<typeof service>>['send'];
let classify: Awaited<ReturnType<typeof service>>['classify'];
beforeAll(async () => {
  ({ send, classify } = await service({ ACCESS: 'open' }));
});

const CLASSIFY = ['top_k', 'explain', 'sign', 'alias', 'version', 'site_key'];

describe('POST /v1/classify', () => {
  it.each([
    'topk=3',
    'top-k=3',
    'TOP_K=3',
    'utm_source=newsletter',
    'top_k=3&fbclid=1',
    '=',
    'constructor=1',
    '__proto__=1',
    'top_k%20=3',
  ])('refuses ?%s and names the known parameters', async (query) => {
    const { type, detail } = (await problemOf(await classify({}, `/v1/classify?${query}`))) as Record<
      string,
      unknown
    >;
    expect(type).toBe('invalid-query');
    expect(detail).toBe(`The query has an unknown parameter. This operation accepts ${CLASSIFY.join(', ')}.`);
  });

  it.each(CLASSIFY)('refuses %s when it is given twice', async (name) => {
    const response = await classify({}, `/v1/classify?${name}=1&${name}=1`);
    expect(await problemOf(response)).toMatchObject({
      type: 'invalid-query',
      detail: `${name} must be given once.`,
    });
  });

  it('knows the parameters of the OpenAPI document and the site key', () => {
    const parameters = document.paths['/v1/classify']?.post?.parameters ?? [];
    const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    expect([...names, document.components.securitySchemes.siteKeyInQuery].slice(0, -1)).toEqual(
      CLASSIFY.slice(0, -1),
    );
  });

  it.each(['', '?', '?&&', '?top_k=3&', '?top%5Fk=3'])('accepts %s', async (query) => {
    const response = await classify({}, `/v1/classify${query}`);
    expect(response.status).toBe(200);
    expect((await response.json<ClassifyResponse>()).predictions.length).toBe(query.includes('3') ? 3 : 10);
  });
});

it.each(operationsOf(document).filter(({ path }) => /\/classify(\/file)?$/.test(path)))(
  'POST $path accepts the same parameters',
  async ({ path, operation }) => {
    const names = operation.parameters
      ?.filter((parameter) => parameter.in === 'query')
      .map(({ name }) => name);
    expect([...(names ?? []), 'site_key']).toEqual(CLASSIFY);
    const { detail } = (await problemOf(
      await classify({}, `${path.replace('{name}', 'tinyvgg')}?topk=3`),
    )) as Record<string, unknown>;
    expect(detail).toBe(`The query has an unknown parameter. This operation accepts ${CLASSIFY.join(', ')}.`);
  },
);

/** Returns whether the document lists the problem `invalid-query` for an operation. */
const refusesParameters = ({ responses }: Operation) =>
  responses['400']?.description.includes('invalid-query');

it('every other operation that reads or changes data accepts at most a site key', async () => {
  const { key, entry } = await keyOf('reader');
  const { send } = await service({ API_KEYS: entry });
  const operations = operationsOf(document).filter(
    ({ path, operation }) => refusesParameters(operation) && !/\/classify(\/file)?$/.test(path),
  );
  const paths = operations.map(({ path }) => path);
  for (const path of [
    '/v1/verify',
    '/v1/renew',
    '/v1/models',
    '/v1/models/{name}',
    '/v2/models/{name}/ready',
  ])
    expect(paths).toContain(path);
  for (const { path, method, operation } of operations) {
    const address = path.replaceAll(/\{\w+\}/g, 'tinyvgg');
    const accepted = operation.security.length > 1 ? 'site_key' : 'none';
    const response = await send(`${address}?alias=canary`, {
      method: method.toUpperCase(),
      headers: bearer(key),
    });
    expect([path, response.status]).toEqual([path, 400]);
    expect(await response.text()).toContain(
      `The query has an unknown parameter. This operation accepts ${accepted}.`,
    );
  }
});

it('a site key in the query is accepted by every operation that takes one', async () => {
  const shop = await service({ SITE_KEYS });
  const query = `?site_key=${SITE_KEY}`;
  expect((await shop.classify({ origin: SHOP }, `/v1/classify${query}`)).status).toBe(200);
  for (const path of ['/hf/models/tinyvgg', '/v2/models/tinyvgg/infer']) {
    const response = await shop.send(`${path}${query}`, { method: 'POST', headers: { origin: SHOP } });
    expect(await response.json()).toEqual({ error: expect.stringContaining('no body') });
  }
});

it('pages and probes ignore parameters that links and monitors add', async () => {
  for (const path of ['/', '/health/live', '/health/ready', '/v2', '/v2/health/ready', '/problems/closed']) {
    expect([path, (await send(`${path}?utm_source=newsletter&_=1`)).status]).toEqual([path, 200]);
  }
});
