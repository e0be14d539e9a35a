/**
 * @file Push, promote, rollback and status, on every object store.
 * @module-tag slow
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Alias, aliasKey, modelKey, parseStored, serializeStored } from '#shared/manifest.ts';
import { statusTable } from '../../../train/cli/status-table.ts';
import { promote, push, rollback, status } from '../../../train/registry/registry.ts';
import { describeVersion, describeVersions, resolveVersion } from '../../../train/registry/versions.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { BACKENDS, type RunningStore } from '../../support/object-stores.ts';

// Real servers are slow on a busy machine.

describe.each(BACKENDS)('$name', ({ conditional, missing, start }) => {
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

  const alias = async (name: string, which = 'stable'): Promise<Alias> => {
    const key = aliasKey(name, which);
    const object = await store.get(key);
    if (!object) throw new Error(`no ${key}`);
    return parseStored(Alias, key, object.bytes);
  };

  /** Pushes three releases of a model. @returns their versions */
  const pushThree = async (name: string): Promise<[string, string, string]> => {
    const versions: string[] = [];
    for (const content of ['one', 'two', 'three']) {
      const release = await releaseOf(`${name} ${content}`, name);
      await push(store, release);
      versions.push(release.manifest.version);
    }
    return versions as [string, string, string];
  };

  test('push uploads the three files and points stable at the version', async () => {
    const release = await releaseOf('weights', 'pushed');
    const { version } = release.manifest;
    const before = Date.now();
    expect(await push(store, release, { reason: 'first' })).toEqual({
      version,
      from: undefined,
      moved: true,
    });

    for (const file of ['onnx', 'json', 'safetensors'] as const) {
      const object = await store.get(modelKey('pushed', version, file));
      expect(object?.bytes).toEqual(release.files[file]);
    }
    const now = await alias('pushed');
    expect(now).toMatchObject({ formatVersion: 1, version, previous: [], reason: 'first' });
    expect(Date.parse(now.promotedAt)).toBeGreaterThanOrEqual(before);
  });

  test('versions are listed with what their manifests say, and the aliases of each', async () => {
    const [one, , three] = await pushThree('listed');
    await push(store, await releaseOf('listed one', 'listed'), { alias: 'canary' });
    const damaged = 'd'.repeat(64);
    await store.put(modelKey('listed', damaged, 'json'), new TextEncoder().encode('{'), 'application/json');

    const releases = await describeVersions(store, 'listed');
    expect(releases.length).toBe(4);
    expect(releases.find(({ version }) => version === three)).toMatchObject({
      recipe: 'lab',
      changed: 0,
      testAccuracy: 0.86,
    });
    expect(releases.find(({ version }) => version === damaged)?.problem).toContain('models/listed/dddd');

    const table = statusTable('listed', store.description, await status(store, 'listed'), releases);
    const row = (version: string) => table.split('\n').find((line) => line.includes(version.slice(0, 12)));
    expect(row(one)).toMatch(/lab.*86\.00 %.*canary/);
    expect(row(three)).toMatch(/stable/);
    expect(row(damaged)).toMatch(/unreadable/);
    expect(statusTable('none', 'a store', { aliases: {}, versions: [] }, [])).toBe(
      'none has no version in a store.',
    );
  });

  test('the first digits name a version if no other one begins with them', async () => {
    const versions = await pushThree('begun');
    for (const version of versions) {
      expect(await resolveVersion(store, 'begun', version)).toBe(version);
      expect(await resolveVersion(store, 'begun', version.slice(0, 12))).toBe(version);
    }
    const twin = `${versions[0].slice(0, 8)}${'0'.repeat(56)}`;
    await store.put(modelKey('begun', twin, 'json'), new TextEncoder().encode('{}'), 'application/json');
    await expect(resolveVersion(store, 'begun', twin.slice(0, 8))).rejects.toThrow(twin);
    await expect(resolveVersion(store, 'begun', 'abcdef123456')).rejects.toThrow(/got none/);
    for (const text of ['abc', 'stable', '']) {
      await expect(resolveVersion(store, 'begun', text)).rejects.toThrow(/at least 4 of its first digits/);
    }
  });

  test('pushing the same release again changes nothing', async () => {
    const release = await releaseOf('weights', 'again');
    await push(store, release);
    const before = await store.get(aliasKey('again', 'stable'));
    const log: string[] = [];
    expect(await push(store, release, { log: (line) => log.push(line) })).toMatchObject({ moved: false });
    expect(await store.get(aliasKey('again', 'stable'))).toEqual(before);
    expect(log.filter((line) => line.endsWith('already in the store'))).toHaveLength(3);
  });

  test('push warns once of a store without conditional writes', async () => {
    const log: string[] = [];
    await push(store, await releaseOf('weights', 'warned'), { log: (line) => log.push(line) });
    const warnings = log.filter((line) => line.includes('does not support conditional writes'));
    expect(warnings).toHaveLength(conditional ? 0 : 1);
  });

  test('push keeps the first of two manifests for the same weights', async () => {
    const first = await releaseOf('weights', 'twice');
    await push(store, first);
    const manifest = { ...first.manifest, training: { ...first.manifest.training, seed: 7 } };
    await push(store, { manifest, files: { ...first.files, json: serializeStored(manifest) } });
    const stored = await store.get(modelKey('twice', manifest.version, 'json'));
    expect(stored?.bytes).toEqual(first.files.json);
  });

  test.each(['onnx', 'safetensors', 'json'] as const)(
    'push fails with a conflict when the version has another %s',
    async (file) => {
      const name = `other-${file}`;
      const release = await releaseOf('weights', name);
      const key = modelKey(name, release.manifest.version, file);
      const other = new TextEncoder().encode('{"formatVersion":1}');
      await store.put(key, other, 'text/plain');
      await expect(push(store, release)).rejects.toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining(key),
      });
      expect((await store.get(key))?.bytes).toEqual(other);
      expect(await store.get(aliasKey(name, 'stable'))).toBeUndefined();
    },
  );

  test('promote points an alias at any complete version and remembers the previous one', async () => {
    const [one, two, three] = await pushThree('promoted');
    expect(await promote(store, 'promoted', one, { reason: 'it was better' })).toEqual({
      version: one,
      from: three,
      moved: true,
    });
    expect(await alias('promoted')).toMatchObject({
      version: one,
      previous: [three, two, one],
      reason: 'it was better',
    });
    await promote(store, 'promoted', two, { alias: 'canary' });
    expect(await alias('promoted', 'canary')).toMatchObject({ version: two, previous: [] });
    const { aliases, versions } = await status(store, 'promoted');
    expect(Object.keys(aliases)).toEqual(['canary', 'stable']);
    expect(versions).toEqual([one, two, three].sort());
  });

  test.each(['onnx', 'json', 'safetensors'] as const)(
    'promote rejects a version without its %s',
    async (file) => {
      const name = `lacks-${file}`;
      const { manifest, files } = await releaseOf('weights', name);
      for (const present of ['onnx', 'json', 'safetensors'] as const) {
        if (present !== file)
          await store.put(modelKey(name, manifest.version, present), files[present], 'text/plain');
      }
      await expect(promote(store, name, manifest.version)).rejects.toThrow(
        `got no models/${name}/${manifest.version}.${file}. Push`,
      );
      expect(await store.get(aliasKey(name, 'stable'))).toBeUndefined();
    },
  );

  test('promote rejects an ONNX file with another SHA-256 than the version', async () => {
    const { manifest, files } = await releaseOf('weights', 'rotten');
    const rotten = { ...files, onnx: new TextEncoder().encode('rotten') };
    for (const file of ['onnx', 'json', 'safetensors'] as const) {
      await store.put(modelKey('rotten', manifest.version, file), rotten[file], 'text/plain');
    }
    await expect(promote(store, 'rotten', manifest.version)).rejects.toThrow('got an ONNX file with SHA-256');
  });

  test('rollback goes back one version each time, and promote goes forward again', async () => {
    const [one, two, three] = await pushThree('rolled');
    expect(await rollback(store, 'rolled')).toEqual({ version: two, from: three, moved: true });
    expect(await alias('rolled')).toMatchObject({
      version: two,
      previous: [one],
      reason: `rollback from ${three}`,
    });
    await rollback(store, 'rolled', { reason: 'worse still' });
    expect(await alias('rolled')).toMatchObject({ version: one, previous: [], reason: 'worse still' });
    await expect(rollback(store, 'rolled')).rejects.toThrow(
      `expected a previous version, got none before ${one}`,
    );
    await promote(store, 'rolled', three);
    expect(await alias('rolled')).toMatchObject({ version: three, previous: [one] });
  });

  test.runIf(conditional)('concurrent pushes all enter the history', async () => {
    const versions = await pushThree('raced');
    const all = await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const release = await releaseOf(`racer ${i}`, 'raced');
        return (await push(store, release)).version;
      }),
    );
    const { version, previous } = await alias('raced');
    expect([version, ...previous].sort()).toEqual([...versions, ...all].sort());
  });
});

test('a version whose manifest the store does not return is described with the problem', async () => {
  const store = { ...memoryStore(), get: () => Promise.reject(new Error('the store does not answer')) };
  const version = 'a'.repeat(64);
  expect(await describeVersion(store, 'tinyvgg', version)).toMatchObject({
    version,
    problem: 'the store does not answer',
  });
  // A list of versions is what was asked for.
  const key = modelKey('tinyvgg', version, 'json');
  const entries = async () => [{ key, etag: '"1"', modified: undefined }];
  await expect(describeVersions({ ...store, entries }, 'tinyvgg')).rejects.toThrow(
    'the store does not answer',
  );
});
