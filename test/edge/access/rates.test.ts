/** @file Rate limits, with the platform's rate limiter as wrangler runs it locally. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { RATES, UNIT_MS } from '../../../edge/access/rates.ts';
import { png } from '../../fixtures/images.ts';
import { bearer, expectProblem, keyOf, SHOP, SITE_KEY, SITE_KEYS, service } from '../support/callers.ts';

const { KEY_RATE, VISITOR_RATE } = env;
const limits = { KEY_RATE, VISITOR_RATE };

type Classify = Awaited<ReturnType<typeof service>>['classify'];
const from = (address: string) => ({ 'cf-connecting-ip': address });

/**
 * Sends requests of each caller in turn until one is limited. The limiter's minute can change once during this time. Three callers
 * that are counted separately do not reach the limit by then.
 */
async function exhaust(
  classify: Classify,
  limit: number,
  ...callers: Record<string, string>[]
): Promise<Response> {
  for (let sent = 0; sent <= 2 * limit; sent++) {
    const response = await classify(callers[sent % callers.length]);
    if (response.status === 429) {
      expect(sent).toBeGreaterThanOrEqual(limit);
      return response;
    }
    await response.body?.cancel();
  }
  throw new Error(`${2 * limit + 1} requests stayed within the limit`);
}

describe('a visitor', () => {
  let classify: Classify;
  beforeAll(async () => {
    ({ classify } = await service({ ACCESS: 'open', SITE_KEYS, ALLOWED_ORIGINS: SHOP, ...limits }));
  });

  it('gets 429 beyond the limit, while another network does not', async () => {
    const first = await classify(from('192.0.2.1'));
    expect(first.headers.get('ratelimit-policy')).toBe('"visitor";q=60;w=60');
    const response = await exhaust(classify, RATES.visitor.limit - 1, { ...from('192.0.2.1'), origin: SHOP });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'retry-after': '60',
      'ratelimit-policy': '"visitor";q=60;w=60',
      'access-control-allow-origin': SHOP,
    });
    expect(await expectProblem(response, 'too-many-requests')).toContain('60 requests in 60 seconds');
    expect((await classify(from('192.0.2.2'))).status).toBe(200);
  });

  it.each([
    ['2001:db8::', ['2001:db8::1', '2001:db8:0:0:ffff::', '2001:db8:0::2:3'], '2001:db8:0:1::1'],
    ['2001:db8:1:2::', ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', '2001:db8:1:2::9'], '2001:db8:1:3:3:4:5:6'],
    ['::', ['::1', '::', '::2:0:0:1'], '0:0:0:1::'],
  ])('with IPv6 is counted by its /64: %s has %j, not %s', async (_network, addresses, other) => {
    await exhaust(classify, RATES.visitor.limit, ...addresses.map(from));
    expect((await classify(from(other))).status).toBe(200);
  });

  it('is counted separately for each site key', async () => {
    await exhaust(classify, RATES.visitor.limit, from('192.0.2.3'));
    const site = { 'x-site-key': SITE_KEY, origin: SHOP, ...from('192.0.2.3') };
    expect((await classify(site)).status).toBe(200);
  });

  it('gets an {"error"} response under /hf', async () => {
    const hf: Classify = (headers) => classify(headers, '/hf/models/tinyvgg');
    const response = await exhaust(hf, RATES.visitor.limit, from('192.0.2.4'));
    expect(await response.json()).toEqual({ error: expect.stringContaining('60 requests') });
    expect(response.headers.get('retry-after')).toBe('60');
  });
});

it('API keys are counted by name, on all networks together', { tags: ['slow'] }, async () => {
  const [other, ...same] = await Promise.all(['others', 'rates', 'rates', 'rates'].map(keyOf));
  const API_KEYS = [other, ...same].map((key) => key?.entry).join();
  const { classify } = await service({ API_KEYS, ...limits });
  const callers = same.map(({ key }, i) => ({ ...bearer(key), ...from(`192.0.2.2${i}`) }));
  const response = await exhaust(classify, RATES.key.limit, ...callers);
  expect(response.headers.get('ratelimit-policy')).toBe('"key";q=600;w=60');
  expect((await classify({ ...bearer(other?.key ?? ''), ...from('192.0.2.20') })).status).toBe(200);
});

it('refused requests are limited by network, without limiting admitted ones', async () => {
  const { key, entry } = await keyOf('refused');
  const { classify } = await service({ ACCESS: 'open', API_KEYS: entry, SITE_KEYS, ...limits });
  const here = from('192.0.2.7');
  await expectProblem(await classify({ ...here, ...bearer('x') }), 'wrong-key');
  const wrong = [
    { ...here, ...bearer('x') },
    { ...here, 'x-site-key': SITE_KEY },
  ];
  await exhaust(classify, RATES.visitor.limit - 1, ...wrong);
  expect((await classify({ ...here, ...bearer(key) })).status).toBe(200);
  expect((await classify(here)).status).toBe(200);
});

it('readiness of models, which loads them without a key, is limited by network', async () => {
  const { classify, send } = await service({ ACCESS: 'open', ...limits });
  const ready = (headers?: Record<string, string>) =>
    send('/v2/models/tinyvgg/ready', headers ? { headers } : {});
  const response = await exhaust(ready as Classify, RATES.visitor.limit, from('192.0.2.9'));
  expect(await response.json()).toEqual({ error: expect.stringContaining('60 requests') });
  expect((await ready(from('192.0.2.10'))).status).toBe(200);
  expect((await classify(from('192.0.2.9'))).status).toBe(200);
});

it('public reads with unknown keys, each of which is looked up, are limited by network', async () => {
  const { send } = await service({ KEYS: env.MODELS, ...limits });
  const read: Classify = (headers) => {
    const key = `tinyvgg_${crypto.randomUUID()}${crypto.randomUUID()}`.replaceAll('-', '').slice(0, 51);
    return send('/v1/models/none', { headers: { ...headers, ...bearer(key) } });
  };
  const response = await exhaust(read, RATES.visitor.limit, from('192.0.2.11'));
  expect(response.headers.get('ratelimit-policy')).toBe('"visitor";q=60;w=60');
  expect((await read(from('192.0.2.12'))).status).toBe(404);
  expect((await send('/v1/models/none', { headers: from('192.0.2.11') })).status).toBe(404);
});

describe('nothing is limited', () => {
  const often = async (classify: Classify, path?: string) => {
    for (let sent = 0; sent <= 2 * RATES.visitor.limit; sent++) {
      const response = await classify(from('192.0.2.8'), path);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
  };

  it('on localhost without access settings', async () => {
    const { classify } = await service(limits);
    await often(classify, 'http://localhost:8787/v1/classify');
    const response = await classify({}, 'http://localhost:8787/v1/classify');
    expect(response.headers.has('ratelimit-policy')).toBe(false);
  });

  it('without the bindings', async () => {
    await often((await service({ ACCESS: 'open' })).classify);
  });

  it('when the limiter fails', async () => {
    const failing = { limit: () => Promise.reject(new Error('no limiter')) };
    await often((await service({ ACCESS: 'open', VISITOR_RATE: failing })).classify);
  });
});

describe('the work of a request', () => {
  const body = (n: number) => ({ method: 'POST', body: new Uint8Array(784 * n) });
  const headersOf = (address: string) => ({ 'content-type': 'application/octet-stream', ...from(address) });
  let send: Awaited<ReturnType<typeof service>>['send'];
  beforeAll(async () => {
    ({ send } = await service({ ACCESS: 'open', ...limits }));
  });

  /** Returns the statuses of requests with `n` images each. */
  async function statuses(address: string, count: number, n: number, path = '/v1/classify') {
    const found: number[] = [];
    for (let i = 0; i < count; i++) {
      const response = await send(path, { ...body(n), headers: headersOf(address) });
      await response.body?.cancel();
      found.push(response.status);
    }
    return found;
  }

  it('counts each image of a batch', async () => {
    // The limiter's minute can change once, so that at most two batches of 32 images fit into the 60 of each minute.
    const found = await statuses('192.0.2.30', 5, 32);
    expect(found[0]).toBe(200);
    expect(found).toContain(429);
    expect(found.filter((status) => status === 200).length).toBeLessThanOrEqual(2);
  });

  it('counts one image once', async () => {
    expect(await statuses('192.0.2.31', RATES.visitor.limit, 1)).not.toContain(429);
  });

  it('counts the time that an image takes', async () => {
    // Its header says 4 megapixels of 16 bits, for which about 340 ms are counted. It has none of them.
    const options = { channels: 4, depth: 16, claim: { width: 2000, height: 2000 } } as const;
    const file = await png(8, 8, new Uint8Array(256), options);
    expect(UNIT_MS).toBeLessThan(340);
    const headers = from('192.0.2.32');
    const found: number[] = [];
    for (let i = 0; i < RATES.visitor.limit; i++) {
      const response = await send('/v1/classify', { method: 'POST', body: file, headers });
      await response.body?.cancel();
      found.push(response.status);
      if (response.status === 429) break;
    }
    expect(found[0]).toBe(422);
    expect(found.at(-1)).toBe(429);
  });
});
