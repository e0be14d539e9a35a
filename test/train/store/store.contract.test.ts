/**
 * @file The contract of the object store, checked on every implementation and on real servers.
 * @module-tag slow
 */
import dns, { type LookupOptions } from 'node:dns';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { withConditions } from '../../../train/store/conditional.ts';
import { s3Store } from '../../../train/store/s3.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { BACKENDS, type RunningStore } from '../../support/object-stores.ts';

// Real servers are slow on a busy machine.

const TYPE = 'application/octet-stream';
const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The overload of dns.lookup that sockets use. */
type Lookup = (host: string, options: LookupOptions, settle: (...result: unknown[]) => void) => void;

describe.each(BACKENDS)('$name', ({ name, conditional, virtualHost, missing, start }) => {
  if (missing) {
    test.skip(`skipped: ${missing}`);
    return;
  }
  let server: RunningStore;
  let store: ObjectStore;
  beforeAll(async () => {
    server = await start();
    store = server.store;
  });
  afterAll(() => server?.stop());

  const text = async (key: string): Promise<string | undefined> => {
    const object = await store.get(key);
    return object && new TextDecoder().decode(object.bytes);
  };

  test('get returns undefined for an object that was never written', async () => {
    expect(await store.get('nothing/here')).toBeUndefined();
  });

  test.each([0, 1, 31_000, 3_000_000])('get returns the %i bytes that were written', async (size) => {
    const written = new Uint8Array(size).map((_, i) => (i * 31) ^ (i >> 8));
    expect(await store.put(`sizes/${size}`, written, TYPE)).toBe('written');
    const read = await store.get(`sizes/${size}`);
    expect(read && Buffer.compare(read.bytes, written)).toBe(0);
  });

  test('keys may contain any characters', async () => {
    for (const key of ['models/a-b/0123.onnx', 'with space/+&?#%.json', 'ünïcode']) {
      await store.put(key, bytes(key), TYPE);
      expect(await text(key)).toBe(key);
    }
  });

  test('a second write replaces the object and changes its ETag', async () => {
    await store.put('replaced', bytes('old'), TYPE);
    const old = await store.get('replaced');
    await store.put('replaced', bytes('new'), TYPE);
    const now = await store.get('replaced');
    expect(now?.bytes).toEqual(bytes('new'));
    expect(now?.etag).not.toBe(old?.etag);
  });

  test('the ETag stays the same while the object does', async () => {
    await store.put('kept', bytes('x'), TYPE);
    expect((await store.get('kept'))?.etag).toBe((await store.get('kept'))?.etag);
  });

  test('list returns all keys of a prefix, sorted, from several pages', async () => {
    for (const key of ['list/b', 'list/a/2', 'list/a/1', 'list/c', 'listless'])
      await store.put(key, bytes(key), TYPE);
    const paged = server.s3 ? s3Store({ ...server.s3, pageSize: 2 }) : store;
    expect(await paged.list('list/')).toEqual(['list/a/1', 'list/a/2', 'list/b', 'list/c']);
    expect(await store.list('list/a/')).toEqual(['list/a/1', 'list/a/2']);
    expect(await store.list('list/none/')).toEqual([]);
  });

  test('entries have the ETags of the objects', async () => {
    for (const key of ['entries/b', 'entries/a']) await store.put(key, bytes(key), TYPE);
    const entries = ['entries/a', 'entries/b'].map(async (key) => ({
      key,
      etag: (await store.get(key))?.etag,
    }));
    const found = await store.entries('entries/');
    expect(found.map(({ key, etag }) => ({ key, etag }))).toEqual(await Promise.all(entries));
    // Lists of S3 have the second in which an object was written. The clocks of this machine are the same.
    for (const { modified } of found)
      if (modified) expect(Math.abs(Date.now() - modified.getTime())).toBeLessThan(60_000);
  });

  test('bytes are copied when they are written and read', async () => {
    const source = bytes('mine');
    await store.put('copied', source, TYPE);
    source[0] = 0;
    const read = await store.get('copied');
    read?.bytes.fill(0);
    expect(await text('copied')).toBe('mine');
  });

  test('the description contains no secret', () => {
    expect(store.description).not.toMatch(/secret|testing/);
  });

  if (!conditional) {
    test('a conditional write is unsupported and writes nothing', async () => {
      await store.put('kept-by-condition', bytes('old'), TYPE);
      const etag = (await store.get('kept-by-condition'))?.etag ?? '';
      expect(await store.put('kept-by-condition', bytes('new'), TYPE, { ifAbsent: true })).toBe(
        'unsupported',
      );
      expect(await store.put('kept-by-condition', bytes('new'), TYPE, { ifMatch: etag })).toBe('unsupported');
      expect(await text('kept-by-condition')).toBe('old');
      expect(await store.put('absent-by-condition', bytes('new'), TYPE, { ifAbsent: true })).toBe(
        'unsupported',
      );
      expect(await store.get('absent-by-condition')).toBeUndefined();
    });
  }

  // The registry wraps a store without conditions in `withConditions`, which must behave like a store with conditions.
  describe('withConditions', () => {
    const warnings: string[] = [];
    beforeAll(() => {
      store = withConditions(server.store, (line) => warnings.push(line));
    });

    test('ifAbsent writes a new object and keeps an existing one', async () => {
      expect(await store.put('fresh', bytes('first'), TYPE, { ifAbsent: true })).toBe('written');
      expect(await store.put('fresh', bytes('second'), TYPE, { ifAbsent: true })).toBe('precondition-failed');
      expect(await text('fresh')).toBe('first');
    });

    test('ifMatch replaces only the object with that ETag', async () => {
      await store.put('swapped', bytes('one'), TYPE);
      const etag = (await store.get('swapped'))?.etag ?? '';
      expect(await store.put('swapped', bytes('two'), TYPE, { ifMatch: etag })).toBe('written');
      expect(await store.put('swapped', bytes('three'), TYPE, { ifMatch: etag })).toBe('precondition-failed');
      expect(await text('swapped')).toBe('two');
    });

    test('ifMatch on an absent object writes nothing', async () => {
      const etag = '"0123456789abcdef0123456789abcdef"';
      expect(await store.put('gone', bytes('x'), TYPE, { ifMatch: etag })).toBe('precondition-failed');
      expect(await store.get('gone')).toBeUndefined();
    });

    test.runIf(conditional)('exactly one of eight concurrent writers wins', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          store.put('race', bytes(`writer ${i}`), TYPE, { ifAbsent: true }),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1);
      expect(await text('race')).toBe(`writer ${outcomes.indexOf('written')}`);
    });

    test(conditional ? 'logs no warning' : 'warns once that the store has no conditions', () => {
      expect(warnings).toHaveLength(conditional ? 0 : 1);
    });
  });

  test.runIf(virtualHost !== undefined)('virtual-hosted requests reach the same objects', async () => {
    if (!server.s3 || !virtualHost) throw new Error('no S3 options');
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_host, options, settle) => {
      if (options.all) settle(null, [{ address: '127.0.0.1', family: 4 }]);
      else settle(null, '127.0.0.1', 4);
    }) as Lookup as typeof dns.lookup);
    const endpoint = server.s3.endpoint.replace('127.0.0.1', virtualHost);
    const virtual = s3Store({ ...server.s3, endpoint, addressing: 'virtual' });
    await virtual.put('virtual/a', bytes('virtual-hosted'), TYPE);
    expect(await text('virtual/a')).toBe('virtual-hosted');
    expect(await virtual.list('virtual/')).toEqual(['virtual/a']);
    expect(new Set(lookup.mock.calls.map(([host]) => host))).toEqual(
      new Set([`${server.s3.bucket}.${virtualHost}`]),
    );
    lookup.mockRestore();
  });

  describe.runIf(name !== 'memory')('an error', () => {
    const failure = async (change: object): Promise<string> => {
      if (!server.s3) throw new Error('no S3 options');
      const broken = s3Store({ ...server.s3, ...change });
      const error = await broken.put('x', bytes('x'), TYPE).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'ExplainedError', kind: 'store' });
      return String(error);
    };

    test('names the variables to check, but not a wrong secret', async () => {
      const credentials = { ...server.s3?.credentials, secretAccessKey: 'not-the-secret' };
      const message = await failure({ credentials });
      expect(message).toContain('got 403 SignatureDoesNotMatch. Check AWS_ACCESS_KEY_ID');
      expect(message).not.toContain('not-the-secret');
    });

    test('names a bucket that does not exist', async () => {
      expect(await failure({ bucket: 'nobodys-bucket' })).toContain(
        'expected a bucket nobodys-bucket, got 404 NoSuchBucket. Create the bucket',
      );
    });

    test('is thrown by get when the bucket does not exist', async () => {
      if (!server.s3) throw new Error('no S3 options');
      await expect(s3Store({ ...server.s3, bucket: 'nobodys-bucket' }).get('x')).rejects.toThrow(
        '404 NoSuchBucket',
      );
    });
  });
});
