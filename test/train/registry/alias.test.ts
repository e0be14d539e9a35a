/** @file Aliases: invalid names, their history, and concurrent writers; on a store in memory. */
import { describe, expect, test } from 'vitest';
import { aliasKey } from '#shared/manifest.ts';
import { promote, push, rollback, status } from '../../../train/registry/registry.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { releaseOf } from '../../fixtures/releases.ts';

const STABLE = aliasKey('tinyvgg', 'stable');

/** Wraps a store so that another writer acts just before each of the first `times` writes of the alias. */
function withRival(store: ObjectStore, times: number, act: (round: number) => Promise<unknown>): ObjectStore {
  let round = 0;
  return {
    ...store,
    async put(key, ...rest) {
      if (key === STABLE && round < times) await act(round++);
      return store.put(key, ...rest);
    },
  };
}

describe('an alias', () => {
  test.each(['bundled', 'Stable', '../x', ''])('cannot have the name "%s"', async (alias) => {
    const store = memoryStore();
    const release = await releaseOf('weights');
    const invalid = { kind: 'usage', message: expect.stringMatching(/^cannot use this alias/) };
    await expect(push(store, release, { alias })).rejects.toMatchObject(invalid);
    await expect(promote(store, 'tinyvgg', release.manifest.version, { alias })).rejects.toMatchObject(
      invalid,
    );
    await expect(rollback(store, 'tinyvgg', { alias })).rejects.toMatchObject(invalid);
    expect(await store.list('')).toEqual([]);
  });

  test('cannot point at anything but a version', async () => {
    await expect(promote(memoryStore(), 'tinyvgg', 'latest')).rejects.toMatchObject({ kind: 'usage' });
  });

  test('of a newer format is not overwritten', async () => {
    const store = memoryStore();
    await store.put(STABLE, new TextEncoder().encode('{"formatVersion":2}'), 'application/json');
    await expect(push(store, await releaseOf('weights'))).rejects.toThrow(/formatVersion.*newer trainer/s);
    await expect(status(store, 'tinyvgg')).rejects.toMatchObject({ kind: 'model' });
    expect(new TextDecoder().decode((await store.get(STABLE))?.bytes)).toBe('{"formatVersion":2}');
  });

  test('remembers the last twenty versions', async () => {
    const store = memoryStore();
    const releases = await Promise.all([releaseOf('one'), releaseOf('two')]);
    for (let i = 0; i < 11; i++) for (const release of releases) await push(store, release);
    expect((await status(store, 'tinyvgg')).aliases.stable?.previous).toHaveLength(20);
  });

  test('that does not exist cannot be rolled back', async () => {
    await expect(rollback(memoryStore(), 'tinyvgg')).rejects.toThrow('got no such alias');
  });
});

describe('with a concurrent writer', () => {
  test('a push puts the version that the other promoted into the history', async () => {
    const store = memoryStore();
    const [mine, theirs] = [await releaseOf('mine'), await releaseOf('theirs')];
    await push(
      withRival(store, 1, () => push(store, theirs)),
      mine,
    );
    const { aliases } = await status(store, 'tinyvgg');
    expect(aliases.stable).toMatchObject({
      version: mine.manifest.version,
      previous: [theirs.manifest.version],
    });
  });

  test('a push moves nothing when the other promoted the same version', async () => {
    const store = memoryStore();
    const release = await releaseOf('weights');
    expect(
      await push(
        withRival(store, 1, () => push(store, release)),
        release,
      ),
    ).toMatchObject({ moved: false });
  });

  test('a push fails with a conflict when the other never stops', async () => {
    const store = memoryStore();
    const rivals = await Promise.all([releaseOf('rival 0'), releaseOf('rival 1')]);
    const rival = withRival(store, 99, async (round) => {
      const release = rivals[round % 2];
      if (release) await push(store, release);
    });
    await expect(push(rival, await releaseOf('mine'))).rejects.toMatchObject({ kind: 'conflict' });
  });

  test('a rollback fails with a conflict, and keeps the version that the other promoted', async () => {
    const store = memoryStore();
    for (const content of ['one', 'two']) await push(store, await releaseOf(content));
    const theirs = await releaseOf('theirs');
    const rival = withRival(store, 1, () => push(store, theirs));
    await expect(rollback(rival, 'tinyvgg')).rejects.toMatchObject({ kind: 'conflict' });
    expect((await status(store, 'tinyvgg')).aliases.stable?.version).toBe(theirs.manifest.version);
  });
});
