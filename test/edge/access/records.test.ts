/** @file Key records in a bucket: who is admitted, what an isolate remembers, and what happens when the bucket fails. */
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { type KeyRecord, recordKey } from '../../../edge/access/key-record.ts';
import { KeyStore } from '../../../edge/access/key-store.ts';
import type { AppEnv } from '../../../edge/http/env.ts';
import { bearer, expectProblem, keyOf, SHOP } from '../support/callers.ts';
import { emptyBucket, isolate, promote, put, tinyRelease, utf8 } from '../support/tiny.ts';

const key = (name: string) => `tinyvgg_${name.padEnd(43, '-')}`;
const PAGE_KEY = 'site_0123456789-0123456789a';
const ORIGIN = 'https://edge.test';

/** Writes the record of a key. */
async function store(text: string, changes: Partial<KeyRecord> = {}) {
  const digest = await sha256(utf8(text));
  const record: KeyRecord = {
    formatVersion: 1,
    name: 'alice',
    sha256: digest,
    scopes: ['classify', 'verify', 'metrics'],
    created: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
  await env.MODELS.put(recordKey(digest), JSON.stringify(record));
}

/** A bucket that counts its reads of records and of other objects, in the order of their start and end, and fails on demand. */
function counting() {
  const state = { reads: [] as string[], fails: false, events: [] as string[] };
  const bucket = {
    async get(name: string, ...options: unknown[]) {
      const kind = name.startsWith('keys/') ? 'key' : 'model';
      if (kind === 'key') state.reads.push(name);
      state.events.push(`${kind} starts`);
      if (state.fails && kind === 'key') throw new Error('the bucket is down');
      const object = await (env.MODELS.get as (...all: unknown[]) => Promise<R2ObjectBody | null>)(
        name,
        ...options,
      );
      state.events.push(`${kind} ends`);
      return object;
    },
    list: (options: R2ListOptions) => env.MODELS.list(options),
  } as unknown as R2Bucket;
  return { state, bucket };
}

async function service(bindings: Partial<AppEnv['Bindings']> = {}) {
  const { state, bucket } = counting();
  const { send, clock } = isolate(await tinyRelease(3), { bucket, bindings: { KEYS: bucket, ...bindings } });
  const classify = (headers: Record<string, string> = {}, path = '/v1/classify') =>
    send(path, {
      method: 'POST',
      body: new Uint8Array(784),
      headers: { 'content-type': 'application/octet-stream', ...headers },
    });
  const statusOf = async (headers?: Record<string, string>) => (await classify(headers)).status;
  return { state, clock, send, classify, statusOf };
}

beforeEach(() => store(key('alice')));
afterEach(emptyBucket);

describe('a key with a record', () => {
  it('is admitted, and costs one read an isolate', async () => {
    const { state, statusOf } = await service();
    for (let sent = 0; sent < 3; sent++) expect(await statusOf(bearer(key('alice')))).toBe(200);
    expect(state.reads).toHaveLength(1);
  });

  it('is looked up while the model loads', async () => {
    const release = await tinyRelease(4);
    await put(release);
    await promote(release);
    const { state, statusOf } = await service();
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    const { events } = state;
    expect(events.slice(0, 2).sort()).toEqual(['key starts', 'model starts']);
    // The alias is read once, before the manifest and the weights.
    expect(events.filter((event) => event === 'model starts')).toHaveLength(3);
  });

  it('works beside API_KEYS, whose keys cost no read', async () => {
    const bob = await keyOf('bob');
    const { state, statusOf } = await service({ API_KEYS: bob.entry });
    expect(await statusOf(bearer(bob.key))).toBe(200);
    expect(state.reads).toHaveLength(0);
    expect(await statusOf(bearer(key('alice')))).toBe(200);
  });

  it.each([
    ['unknown', () => Promise.resolve()],
    ['revoked', () => store(key('bob'), { revoked: '2025-12-31T00:00:00.000Z' })],
    ['expired', () => store(key('bob'), { expires: '2025-12-31T23:59:59.000Z' })],
  ])('gets `wrong-key` when it is %s', async (_, prepare) => {
    await prepare();
    const response = await (await service()).classify(bearer(key('bob')));
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    await expectProblem(response, 'wrong-key');
  });

  it('expires while an isolate remembers it, without a read', async () => {
    await store(key('bob'), { expires: '2026-01-01T00:00:10.000Z' });
    const { state, clock, statusOf } = await service();
    expect(await statusOf(bearer(key('bob')))).toBe(200);
    clock.now += 9_999;
    expect(await statusOf(bearer(key('bob')))).toBe(200);
    clock.now += 1;
    expect(await statusOf(bearer(key('bob')))).toBe(401);
    expect(state.reads).toHaveLength(1);
  });

  it('does only what its scopes allow', async () => {
    await store(key('reader'), { scopes: ['metrics'] });
    await store(key('shop'), { scopes: ['classify'] });
    const { send, classify } = await service();
    const refused = await classify(bearer(key('reader')));
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"');
    expect(await expectProblem(refused, 'scope-not-allowed')).toContain('classify');
    const metrics = (name: string) => send('/metrics', { headers: bearer(key(name)) });
    expect((await metrics('reader')).status).toBe(200);
    await expectProblem(await metrics('shop'), 'scope-not-allowed');
    expect((await classify(bearer(key('shop')))).status).toBe(200);
  });

  it('can be limited to models', async () => {
    await store(key('bob'), { models: ['photos'] });
    const { send, classify } = await service();
    await expectProblem(await classify(bearer(key('bob'))), 'model-not-allowed');
    const list = await send('/v1/models', { headers: bearer(key('bob')) });
    expect(await list.json()).toEqual({ models: [] });
  });

  it.each([
    ['no JSON', 'x'],
    ['another format', { formatVersion: 2 }],
    ['the record of another key', { sha256: '0'.repeat(64) }],
  ])('is refused with 503 when its record is %s', async (_, changes) => {
    if (typeof changes === 'string') await env.MODELS.put(recordKey(await sha256(utf8(key('bob')))), changes);
    else await store(key('bob'), changes as object);
    await expectProblem(await (await service()).classify(bearer(key('bob'))), 'keys-unavailable');
  });
});

describe('revocation', () => {
  const revoke = () => store(key('alice'), { revoked: '2026-01-01T00:00:01.000Z' });

  it('takes at most 60 s in an isolate that is in use, and no request waits for it', async () => {
    const { state, clock, statusOf } = await service();
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    await revoke();
    clock.now += 30_000;
    // Starts the read after the response.
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    expect(await statusOf(bearer(key('alice')))).toBe(401);
    expect(state.reads).toHaveLength(2);
  });

  it('holds at once in an isolate that has not seen the key for 60 s', async () => {
    const { clock, statusOf } = await service();
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    await revoke();
    clock.now += 60_000;
    expect(await statusOf(bearer(key('alice')))).toBe(401);
  });

  it('of a deleted record holds, too', async () => {
    const { clock, statusOf } = await service();
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    await env.MODELS.delete(recordKey(await sha256(utf8(key('alice')))));
    clock.now += 60_000;
    expect(await statusOf(bearer(key('alice')))).toBe(401);
  });
});

it('a read that ends late brings no revoked key back', async () => {
  const gates: (() => void)[] = [];
  const bucket = {
    async get(name: string) {
      const object = await env.MODELS.get(name);
      const bytes = await object?.arrayBuffer();
      // Only the first read waits.
      if (gates.length === 0) await new Promise<void>((settle) => gates.push(settle));
      return object && { etag: object.etag, size: object.size, arrayBuffer: async () => bytes };
    },
  } as unknown as R2Bucket;
  let now = 0;
  const keys = new KeyStore(() => now);
  const context = { bucket, onWait() {}, waitUntil() {} };
  const first = keys.find(key('alice'), context);
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  await store(key('alice'), { revoked: '2025-12-31T00:00:00.000Z' });
  now = 1_000;
  expect(await keys.find(key('alice'), context)).toBeUndefined();
  gates[0]?.();
  expect(await first).toBeUndefined();
  expect(await keys.find(key('alice'), context)).toBeUndefined();
});

describe('while the bucket fails', () => {
  it('keys that the isolate has seen are admitted, however long it takes', async () => {
    const { state, clock, statusOf } = await service();
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    state.fails = true;
    for (let minute = 0; minute < 5; minute++) {
      clock.now += 60_000;
      expect(await statusOf(bearer(key('alice')))).toBe(200);
      // The next one does not wait for the bucket.
      const { length } = state.reads;
      expect(await statusOf(bearer(key('alice')))).toBe(200);
      expect(state.reads).toHaveLength(length);
    }
  });

  it('other keys get 503, whether they have a record or not, and are admitted afterwards', async () => {
    const { state, classify, statusOf } = await service();
    state.fails = true;
    for (const name of ['alice', 'nobody']) {
      const response = await classify(bearer(key(name)));
      expect(response.headers.get('retry-after')).toBe('5');
      await expectProblem(response, 'keys-unavailable');
    }
    state.fails = false;
    expect(await statusOf(bearer(key('alice')))).toBe(200);
    expect(await statusOf(bearer(key('nobody')))).toBe(401);
  });

  it('a key that was refused before stays refused', async () => {
    await store(key('bob'), { revoked: '2025-12-31T00:00:00.000Z' });
    const { state, clock, statusOf } = await service();
    expect(await statusOf(bearer(key('bob')))).toBe(401);
    state.fails = true;
    clock.now += 120_000;
    expect(await statusOf(bearer(key('bob')))).toBe(401);
  });
});

describe('no read', () => {
  it.each([
    ['without a credential', {}, 401],
    ['for a token of another form', bearer('hf_of_somewhere_else'), 401],
    ['for a site key of another form', { 'x-site-key': 'site_unknown', origin: SHOP }, 401],
  ])('is made %s', async (_, headers, status) => {
    const { state, statusOf } = await service();
    expect(await statusOf(headers)).toBe(status);
    expect(state.reads).toHaveLength(0);
  });

  it('is made for visitors of an open service, or without the bucket KEYS', async () => {
    const open = await service({ ACCESS: 'open' });
    expect(await open.statusOf({})).toBe(200);
    expect(await open.statusOf(bearer('hf_of_somewhere_else'))).toBe(200);
    expect(open.state.reads).toHaveLength(0);
    const { state, bucket } = counting();
    const { send } = isolate(await tinyRelease(3), { bucket, bindings: {} });
    const response = await send('/v1/classify', { method: 'POST', headers: bearer(key('alice')) });
    await expectProblem(response, 'closed');
    expect(state.reads).toHaveLength(0);
  });

  it('is made for a key that was unknown in the last 30 s', async () => {
    const { state, clock, statusOf } = await service();
    for (let sent = 0; sent < 3; sent++) expect(await statusOf(bearer(key('bob')))).toBe(401);
    expect(state.reads).toHaveLength(1);
    await store(key('bob'));
    clock.now += 30_000;
    expect(await statusOf(bearer(key('bob')))).toBe(200);
  });
});

describe('the key of the Worker’s own pages', () => {
  beforeEach(() => store(PAGE_KEY, { name: 'page', scopes: ['page'] }));

  it('admits pages of the Worker’s origin, as visitors', async () => {
    const { VISITOR_RATE } = env;
    const { classify } = await service({ VISITOR_RATE });
    const response = await classify({ 'x-site-key': PAGE_KEY, origin: ORIGIN });
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit-policy')).toBe('"visitor";q=60;w=60');
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });

  it.each([SHOP, 'https://edge.test.evil.example', 'http://edge.test', 'null'])(
    'refuses pages of %s',
    async (origin) => {
      const { classify } = await service();
      await expectProblem(await classify({ 'x-site-key': PAGE_KEY, origin }), 'wrong-origin');
    },
  );

  it('is no API key, and an API key is no site key', async () => {
    const { classify, send } = await service();
    await expectProblem(await classify(bearer(PAGE_KEY)), 'wrong-key');
    const headers = { 'x-site-key': PAGE_KEY, origin: ORIGIN };
    await expectProblem(await send('/metrics', { headers }), 'no-key');
    await expectProblem(await classify({ 'x-site-key': key('alice'), origin: ORIGIN }), 'wrong-key');
    await store(PAGE_KEY.replace('a', 'b'), { name: 'not-a-page' });
    const other = { 'x-site-key': PAGE_KEY.replace('a', 'b'), origin: ORIGIN };
    await expectProblem(await classify(other), 'wrong-key');
  });
});

it('a hundred keys are as many objects, each of which is admitted', async () => {
  const names = Array.from({ length: 100 }, (_, i) => `key-${i}`);
  await Promise.all(names.map((name) => store(key(name), { name })));
  const { statusOf } = await service();
  for (const name of names) expect(await statusOf(bearer(key(name)))).toBe(200);
});
