/** @file Stores that honour conditional writes in their own way, that reject them, and that ignore them. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { promote, push, rollback, status } from '../../../train/registry/registry.ts';
import { withConditions } from '../../../train/store/conditional.ts';
import { s3Store } from '../../../train/store/s3.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { type Habit, sendError, startOddS3 } from '../../support/odd-s3.ts';

vi.setConfig({ testTimeout: 60_000 });

let server: Awaited<ReturnType<typeof startOddS3>>;
afterEach(() => server.stop());

/** Starts a server and opens it as another process would. */
async function start(habit: Habit): Promise<() => ObjectStore> {
  server = await startOddS3(habit);
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return () => s3Store({ bucket: 'shelf', endpoint: server.endpoint, region: 'auto', credentials });
}

/** Rejects conditional writes with an error. @param header rejects only writes with this header */
const rejecting = (code: number, name: string, header?: 'if-match' | 'if-none-match'): Habit => ({
  respond: ({ headers }, response) => {
    const present = header ? [header] : ['if-match', 'if-none-match'];
    if (!present.some((one) => headers[one] !== undefined)) return false;
    sendError(response, code, name);
    return true;
  },
});

/** Pushes two releases, and rolls back. @returns the warnings of each of the three commands */
async function pushTwice(open: () => ObjectStore): Promise<string[][]> {
  const logs: string[][] = [[], [], []];
  const [one, two] = [await releaseOf('one'), await releaseOf('two')];
  await push(open(), one, { log: (line) => logs[0]?.push(line) });
  await push(open(), two, { log: (line) => logs[1]?.push(line) });
  expect((await status(open(), 'tinyvgg')).aliases.stable).toMatchObject({
    version: two.manifest.version,
    previous: [one.manifest.version],
  });
  await rollback(open(), 'tinyvgg', { log: (line) => logs[2]?.push(line) });
  expect((await status(open(), 'tinyvgg')).aliases.stable?.version).toBe(one.manifest.version);
  return logs.map((lines) => lines.filter((line) => line.startsWith('Warning')));
}

const HONOURING: [name: string, habit: Habit][] = [
  ['sends 412 as Amazon does', {}],
  ['sends 304 for an object that exists', { exists: [304, ''] }],
  ['sends 409 for an object that exists', { exists: [409, 'FileAlreadyExists'] }],
  ['sends ETags without quotes', { showETag: (md5) => md5 }],
  ['is behind a proxy that marks ETags as weak', { showETag: (md5) => `W/"${md5}"` }],
  ['changes the ETag with every write', { countsWrites: true }],
];

describe.each(HONOURING)('a store that %s', (_name, habit) => hasConditions(habit));

describe('a store that shows a new object late', { tags: ['slow'] }, () =>
  hasConditions({
    respond: ({ method, key, count }, response) => {
      if (method !== 'GET' || key === '' || count > 2) return false;
      sendError(response, 404, 'NoSuchKey');
      return true;
    },
  }),
);

function hasConditions(habit: Habit): void {
  test('serves push and rollback without a warning', async () => {
    const open = await start(habit);
    expect(await pushTwice(open)).toEqual([[], [], []]);
  });

  test('loses no update of concurrent writers', async () => {
    const open = await start(habit);
    const versions = await Promise.all(
      Array.from({ length: 5 }, async (_, i) => (await push(open(), await releaseOf(`racer ${i}`))).version),
    );
    const { stable } = (await status(open(), 'tinyvgg')).aliases;
    expect([stable?.version, ...(stable?.previous ?? [])].sort()).toEqual(versions.sort());
  });
}

const WARNING = /does not support conditional writes\. Run only one command at a time that writes to it/;

const NOT_HONOURING: [name: string, habit: Habit][] = [
  ['ignores conditions', { compares: false }],
  ['rejects conditions with 501 NotImplemented', rejecting(501, 'NotImplemented')],
  ['rejects conditions with 400 NotImplemented', rejecting(400, 'NotImplemented')],
  ['rejects conditions with 400 InvalidArgument', rejecting(400, 'InvalidArgument')],
];

describe.each(NOT_HONOURING)('a store that %s', (_name, habit) => {
  test('serves push and rollback with one warning per command', async () => {
    const warnings = await pushTwice(await start(habit));
    expect(warnings).toEqual(Array(3).fill([expect.stringMatching(WARNING)]));
  });

  test('keeps an object that exists', async () => {
    const store = withConditions((await start(habit))(), () => {});
    const [first, second] = [new Uint8Array([1]), new Uint8Array([2])];
    expect(await store.put('kept', first, 'text/plain', { ifAbsent: true })).toBe('written');
    expect(await store.put('kept', second, 'text/plain', { ifAbsent: true })).toBe('precondition-failed');
    const present = await store.get('kept');
    await store.put('kept', second, 'text/plain');
    const stale = { ifMatch: present?.etag ?? '' };
    expect(await store.put('kept', first, 'text/plain', stale)).toBe('precondition-failed');
    expect((await store.get('kept'))?.bytes).toEqual(second);
  });

  test('is named in the warning before the first write of a release', async () => {
    const open = await start(habit);
    const before: string[] = [];
    await push(open(), await releaseOf('one'), {
      log: (line) => {
        if (line.startsWith('Warning')) before.push(...server.requests);
      },
    });
    expect(before.length).toBeGreaterThan(0);
    for (const request of before) expect(request).toMatch(/ probe\//);
  });
});

// A first push only creates objects, so these stores are found out at the second one.
const NO_IF_MATCH: [name: string, habit: Habit][] = [
  ['rejects If-Match alone', rejecting(501, 'NotImplemented', 'if-match')],
  [
    'has weak ETags, which If-Match never accepts',
    { showETag: (md5) => `W/"${md5}"`, matchETag: () => undefined },
  ],
];

test.each(NO_IF_MATCH)('a store that %s serves push and rollback with a warning', async (_name, habit) => {
  const [first, ...later] = await pushTwice(await start(habit));
  expect(first).toEqual([]);
  expect(later).toEqual(Array(2).fill([expect.stringMatching(WARNING)]));
});

test('conditions are tried again after the store failed', async () => {
  let isDown = true;
  const respond: Habit['respond'] = (_request, response) => {
    if (isDown) sendError(response, 403, 'AccessDenied');
    return isDown;
  };
  const store = (await start({ respond }))();
  const release = await releaseOf('one');
  await expect(push(store, release)).rejects.toThrow('the permission s3:PutObject');
  isDown = false;
  expect(await push(store, release)).toMatchObject({ moved: true });
});

test('a version that the store does not return after its upload is a fault of the store', {
  tags: ['slow'],
}, async () => {
  const respond: Habit['respond'] = ({ method, key }, response) => {
    if (method !== 'GET' || !key.endsWith('.onnx')) return false;
    sendError(response, 404, 'NoSuchKey');
    return true;
  };
  const store = (await start({ respond }))();
  const release = await releaseOf('one');
  await expect(push(store, release)).rejects.toMatchObject({
    kind: 'store',
    message: expect.stringMatching(/^cannot read tinyvgg \w+ back .* got no models\S+\.onnx\. Push again/),
  });
  await expect(promote(store, 'tinyvgg', release.manifest.version)).rejects.toMatchObject({ kind: 'model' });
});
