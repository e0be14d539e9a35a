/**
 * @file Access control over real HTTP: keys from `npm run key`, independent clients, and headers that no browser sends.
 * @module-tag slow
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { InferenceClient } from '@huggingface/inference';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { lazy } from '#shared/lazy.ts';
import { RATES } from '../../edge/access/rates.ts';
import { deploymentOf } from '../../infra/deploy/cloudflare/workers.ts';
import { createKey, listKeys } from '../../infra/deploy/key/records.ts';
import { openLocalStore } from '../../train/store/open.ts';
import { expectSuccess, runNode } from '../support/command.ts';
import { type RunningWorker, startWorker } from '../support/worker.ts';

const runKey = (...args: string[]) => runNode(['infra/deploy/key.ts', ...args]);

/** Runs `npm run key`. @returns the first group of `pattern` in its output */
async function printed(pattern: RegExp, ...args: string[]): Promise<string> {
  const { stdout } = await expectSuccess(runKey(...args));
  return pattern.exec(stdout)?.[1] ?? '';
}

interface RateLimitConfig {
  name: string;
  namespace_id: string;
  simple: { limit: number; period: number };
}

const running: RunningWorker[] = [];

async function start(variables: Record<string, string>): Promise<RunningWorker> {
  const worker = await startWorker({ variables });
  running.push(worker);
  return worker;
}

afterAll(() => Promise.all(running.map((worker) => worker.stop())));

/** Returns a function that posts over a single connection. It sends the given headers unchanged, also `host`. */
function connection({ origin }: RunningWorker) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return async (headers: Record<string, string>, body: Uint8Array) => {
    const sent = request(`${origin}/v1/classify`, { agent, method: 'POST', headers });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const text = Buffer.concat(await response.toArray()).toString();
    return { status: response.statusCode, headers: response.headers, text, reused: sent.reusedSocket };
  };
}

describe('the Worker with keys', () => {
  let worker: RunningWorker;
  let post: ReturnType<typeof connection>;
  let key: string;
  let siteKey: string;
  let limitedKey: string;
  let limitedSiteKey: string;
  let trouser: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    trouser = new Uint8Array(await readFile('examples/trouser.png'));
    const { stdout } = await expectSuccess(runKey('alice'));
    const limited = await expectSuccess(runKey('bob', '--models', 'photos,other'));
    limitedKey = /^ {2}(tinyvgg_[\w-]{43})$/m.exec(limited.stdout)?.[1] ?? '';
    const limitedEntry = /^ {2}(bob:[0-9a-f]{64}:photos:other)$/m.exec(limited.stdout)?.[1];
    key = /^ {2}(tinyvgg_[\w-]{43})$/m.exec(stdout)?.[1] ?? '';
    const API_KEYS = `${/^ {2}(alice:[0-9a-f]{64})$/m.exec(stdout)?.[1]},${limitedEntry}`;
    const print = (...args: string[]) => printed(/SITE_KEYS = '(.*)'/, '--site', ...args);
    const all = JSON.parse(await print('https://shop.example'));
    const some = JSON.parse(await print('https://shop.example', '--models', 'photos'));
    const SITE_KEYS = JSON.stringify({ ...all, ...some });
    [siteKey, limitedSiteKey] = Object.keys({ ...all, ...some }) as [string, string];
    worker = await start({ API_KEYS, SITE_KEYS });
    post = connection(worker);
  });

  it('accepts the keys that npm run key has printed', async () => {
    const classify = (headers: Record<string, string>) =>
      fetch(`${worker.origin}/v1/classify`, { method: 'POST', body: trouser, headers });
    expect((await classify({ authorization: `Bearer ${key}` })).status).toBe(200);
    const visit = await classify({ 'x-site-key': siteKey, origin: 'https://shop.example' });
    expect([visit.status, visit.headers.get('access-control-allow-origin')]).toEqual([
      200,
      'https://shop.example',
    ]);
    expect((await classify({})).status).toBe(401);
    expect((await fetch(`${worker.origin}/v1/models`)).status).toBe(200);
    for (const headers of [
      { authorization: `Bearer ${limitedKey}` },
      { 'x-site-key': limitedSiteKey, origin: 'https://shop.example' },
    ]) {
      expect(await (await classify(headers)).json()).toMatchObject({ type: '/problems/model-not-allowed' });
    }
  });

  it('accepts its key as the access token of @huggingface/inference', async () => {
    const classify = (token?: string) =>
      new InferenceClient(token).imageClassification({
        endpointUrl: `${worker.origin}/hf/models/tinyvgg`,
        data: new Blob([trouser]),
      });
    expect((await classify(key))[0]).toMatchObject({ label: 'Trouser' });
    await expect(classify('hf_of_somewhere_else')).rejects.toThrow(/mistyped or revoked/);
    await expect(classify()).rejects.toThrow(/Authorization: Bearer/);
  });

  it('keeps the connection open after a refused upload of any size', async () => {
    for (const size of [0, 100_000, 8_000_000, 20_000_000]) {
      expect((await post({}, Buffer.alloc(size))).status).toBe(401);
      const next = await post({ authorization: `Bearer ${key}` }, trouser);
      expect([next.status, next.reused]).toEqual([200, true]);
    }
  });

  it.each(['Bearer \xe9\xff', 'Bearer', `Bearer ${'x'.repeat(12_000)}`, '\xa0Bearer x'])(
    'refuses the malformed authorization %j',
    async (authorization) => {
      expect((await post({ authorization }, trouser)).status).toBe(401);
    },
  );

  it('responds with 429 above the rate limit, for that visitor alone', async () => {
    const visitor = {
      'x-site-key': siteKey,
      origin: 'https://shop.example',
      'cf-connecting-ip': '192.0.2.9',
    };
    const statuses = new Set<number | undefined>();
    for (let sent = 0; sent <= 2 * RATES.visitor.limit && !statuses.has(429); sent++) {
      statuses.add((await post(visitor, trouser)).status);
    }
    expect([...statuses]).toEqual([200, 429]);
    expect((await post({ ...visitor, 'cf-connecting-ip': '192.0.2.10' }, trouser)).status).toBe(200);
  });
});

/** The Worker without access settings. */
const withoutSettings = lazy(() => start({}));

it('the Worker without access settings accepts requests to this machine’s names only', async () => {
  const post = connection(await withoutSettings());
  const trouser = await readFile('examples/trouser.png');
  for (const host of ['localhost:8787', '127.0.0.1', '[::1]:8787']) {
    expect((await post({ host }, trouser)).status, host).toBe(200);
  }
  for (const host of [
    'rebound.example:8787',
    'tinyvgg-edge.workers.dev',
    'localhost.rebound.example',
    '10.0.0.1',
  ]) {
    const headers = { host, 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' };
    const { status, text } = await post(headers, trouser);
    // wrangler.toml binds KEYS, so that there may be keys.
    expect([status, JSON.parse(text)], host).toEqual([
      401,
      expect.objectContaining({ type: '/problems/no-key', detail: expect.stringContaining('an API key') }),
    ]);
  }
});

describe('npm run key -- create|list|revoke, with the bucket of a running Worker', () => {
  const HOST = 'tinyvgg.example';
  let worker: RunningWorker;
  let post: ReturnType<typeof connection>;
  const key = (...args: string[]) => runKey(...args, '--local', worker.origin);
  const statusOf = async (secret: string) => {
    const trouser = await readFile('examples/trouser.png');
    return (await post({ host: HOST, authorization: `Bearer ${secret}` }, trouser)).status;
  };
  beforeAll(async () => {
    worker = await withoutSettings();
    post = connection(worker);
  });

  it('creates a key that works at once, prints it alone to stdout, and revokes it', async () => {
    const { stdout, stderr } = await expectSuccess(key('create', 'alice', '--scope', 'classify'));
    expect(stdout).toMatch(/^tinyvgg_[\w-]{43}\n$/);
    const secret = stdout.trim();
    expect(await statusOf(secret)).toBe(200);
    const [, id = ''] = /Its ID is ([0-9a-f]{8})\./.exec(stderr) ?? [];
    expect((await expectSuccess(key('list'))).stdout).toMatch(
      new RegExp(`^${id} +alice +classify +all +\\S+ +active$`, 'm'),
    );
    await expectSuccess(key('revoke', 'alice'));
    expect((await expectSuccess(key('list'))).stdout).toMatch(/alice .* revoked \S+$/m);
    await expect.poll(() => statusOf(secret), { timeout: 75_000, interval: 3_000 }).toBe(401);
  });

  it('replaces a key without touching another one', async () => {
    const create = async (name: string) => (await expectSuccess(key('create', name))).stdout.trim();
    const [other, first, second] = [await create('other'), await create('bob'), await create('bob')];
    const { stderr, code } = await key('revoke', 'bob');
    const [, id = ''] = /the name of several: ([0-9a-f]{8}), [0-9a-f]{8}\./.exec(stderr) ?? [];
    expect(code).toBe(1);
    await expectSuccess(key('revoke', id));
    for (const [secret, status] of [
      [first, 401],
      [second, 200],
      [other, 200],
    ] as const) {
      expect(await statusOf(secret)).toBe(status);
    }
  });

  it('holds more keys than API_KEYS can', async () => {
    const { keys } = deploymentOf('production').buckets;
    const store = openLocalStore(worker.origin, keys);
    const made = await Promise.all(
      Array.from({ length: 100 }, (_, i) => createKey(store, { name: `many-${i}`, scopes: ['classify'] })),
    );
    for (const { key } of [made[0], made[99]].filter((one) => one !== undefined))
      expect(await statusOf(key)).toBe(200);
    expect((await listKeys(store)).filter(({ name }) => name.startsWith('many-'))).toHaveLength(100);
  });

  it.each([
    [['create', 'a:b'], /^cannot create a key: expected a name of at most 64/],
    [['create', 'a', '--scope', 'all'], /Expected some of classify,verify,metrics/],
    [['create', 'a', '--expires', '2020-01-01'], /a date in the future/],
    [['create', 'a', '--expires', 'soon'], /Expected a number of days such as 90d/],
    [['create', 'a', '--models', 'No'], /names of models separated by commas/],
    [['revoke', 'nobody'], /^cannot revoke nobody: .* Run npm run key -- list/],
  ])('refuses %j', async (args, message) => {
    expect(await key(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe('npm run key', () => {
  it('generates a token secret that the Worker accepts', async () => {
    const [secret, other] = [
      await printed(/^ {2}([\w-]{43})$/m, '--token'),
      await printed(/^ {2}([\w-]{43})$/m, '--token'),
    ];
    expect(secret).not.toBe(other);
    const worker = await start({ TOKEN_SECRET: `${secret},${other}` });
    const trouser = await readFile('examples/trouser.png');
    const signed = await fetch(`${worker.origin}/v1/classify?sign=1`, { method: 'POST', body: trouser });
    const { token } = (await signed.json()) as { token: string };
    const verify = () =>
      fetch(`${worker.origin}/v1/verify`, {
        method: 'POST',
        body: JSON.stringify({ token }),
        headers: { 'content-type': 'application/json' },
      });
    expect(await (await verify()).json()).toMatchObject({ valid: true, label: 'Trouser' });
    expect(await (await verify()).json()).toEqual({ valid: false, reason: 'used' });
  });

  it('generates a different key each time', async () => {
    const make = () => printed(/(tinyvgg_\S+)/, 'alice');
    expect(new Set([await make(), await make()]).size).toBe(2);
  });

  it.each([
    [[], /expected a name .* --site and origins, or --token, got nothing/],
    [['two', 'names'], /expected a name/],
    [['a:b'], /expected a name/],
    [['--site'], /expected a name/],
    [['--site', 'https://shop.example/path'], /expected an origin such as https/],
    [['--site', 'https://*.com'], /expected an origin/],
    [['--site', 'shop.example'], /expected an origin/],
    [['--token', 'name'], /or --token, got --token name/],
    [['--token', '--models', 'photos'], /or --token, got --token --models photos/],
    [['alice', '--models', 'photos,No'], /names of models separated by commas/],
    [['--unknown'], /unknown option/],
  ])('refuses %j', async (args, message) => {
    expect(await runKey(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});

it('wrangler.toml declares the rate limits that the Worker reports', () => {
  const { ratelimits }: { ratelimits: RateLimitConfig[] } = unstable_readConfig({ config: 'wrangler.toml' });
  const declared = ratelimits.map(({ name, simple }) => ({ binding: name, ...simple }));
  expect(declared).toEqual(Object.values(RATES));
  expect(new Set(ratelimits.map(({ namespace_id }) => namespace_id)).size).toBe(declared.length);
});
