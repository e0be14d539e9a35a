/** @file What the registry refuses before it writes, and how it meets somebody else at work; on a store in memory. */
import { rm, writeFile } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';
import { aliasKey } from '#shared/manifest.ts';
import { promote, push, rollback, status } from '../../../train/registry/registry.ts';
import { readRelease } from '../../../train/release/release.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { makeRelease, writeRelease } from '../../fixtures/releases.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const STABLE = aliasKey('tinyvgg', 'stable');

/** A store in which somebody else does something just before each of the first `times` writes of the alias. */
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
  test.each(['bundled', 'Stable', '../x', ''])('cannot be called "%s"', async (alias) => {
    const store = memoryStore();
    const release = await makeRelease('weights');
    const refused = { kind: 'usage', message: expect.stringMatching(/^cannot use this alias/) };
    await expect(push(store, release, { alias })).rejects.toMatchObject(refused);
    await expect(promote(store, 'tinyvgg', release.manifest.version, { alias })).rejects.toMatchObject(
      refused,
    );
    await expect(rollback(store, 'tinyvgg', { alias })).rejects.toMatchObject(refused);
    expect(await store.list('')).toEqual([]);
  });

  test('cannot mean what is no version', async () => {
    await expect(promote(memoryStore(), 'tinyvgg', 'latest')).rejects.toMatchObject({ kind: 'usage' });
  });

  test('of a later format is left alone', async () => {
    const store = memoryStore();
    await store.put(STABLE, new TextEncoder().encode('{"formatVersion":2}'), 'application/json');
    await expect(push(store, await makeRelease('weights'))).rejects.toThrow(/formatVersion.*newer trainer/s);
    await expect(status(store, 'tinyvgg')).rejects.toMatchObject({ kind: 'model' });
    expect(new TextDecoder().decode((await store.get(STABLE))?.bytes)).toBe('{"formatVersion":2}');
  });

  test('remembers twenty versions', async () => {
    const store = memoryStore();
    const releases = await Promise.all([makeRelease('one'), makeRelease('two')]);
    for (let i = 0; i < 11; i++) for (const release of releases) await push(store, release);
    expect((await status(store, 'tinyvgg')).aliases.stable?.previous).toHaveLength(20);
  });

  test('that does not exist cannot be rolled back', async () => {
    await expect(rollback(memoryStore(), 'tinyvgg')).rejects.toThrow('got no such alias');
  });
});

describe('somebody else', () => {
  test('who promotes meanwhile is read and remembered', async () => {
    const store = memoryStore();
    const [mine, theirs] = [await makeRelease('mine'), await makeRelease('theirs')];
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

  test('who promotes the same version meanwhile has done the work', async () => {
    const store = memoryStore();
    const release = await makeRelease('weights');
    expect(
      await push(
        withRival(store, 1, () => push(store, release)),
        release,
      ),
    ).toMatchObject({ moved: false });
  });

  test('who never stops is a conflict in the end', async () => {
    const store = memoryStore();
    const rivals = await Promise.all([makeRelease('rival 0'), makeRelease('rival 1')]);
    const rival = withRival(store, 99, async (round) => {
      const release = rivals[round % 2];
      if (release) await push(store, release);
    });
    await expect(push(rival, await makeRelease('mine'))).rejects.toMatchObject({ kind: 'conflict' });
  }, 20_000);

  test('whose promotion a rollback did not see is not rolled back', async () => {
    const store = memoryStore();
    for (const content of ['one', 'two']) await push(store, await makeRelease(content));
    const theirs = await makeRelease('theirs');
    const rival = withRival(store, 1, () => push(store, theirs));
    await expect(rollback(rival, 'tinyvgg')).rejects.toMatchObject({ kind: 'conflict' });
    expect((await status(store, 'tinyvgg')).aliases.stable?.version).toBe(theirs.manifest.version);
  });
});

describe('readRelease', () => {
  const folder = temporaryFolder();
  let path: string;
  const fresh = async (name: string) => {
    path = await writeRelease(folder, await makeRelease('weights', name));
    return path;
  };

  test('reads the three files as they are', async () => {
    const release = await makeRelease('weights', 'whole');
    expect(await readRelease(await writeRelease(folder, release))).toEqual(release);
  });

  test.each(['onnx', 'json', 'safetensors'])('names a missing .%s', async (file) => {
    const missing = (await fresh('missing')).replace(/onnx$/, file);
    await rm(missing);
    await expect(readRelease(path)).rejects.toMatchObject({
      kind: 'model',
      message: expect.stringContaining(`cannot read ${missing}`),
    });
  });

  test.each([
    ['onnx', 'is not the model that'],
    ['json', 'expected JSON'],
    ['safetensors', 'expected 73 bytes, as in its header, got 72 bytes'],
  ])('finds a .%s that lost its last byte', async (file, message) => {
    const { files } = await makeRelease('weights', 'cut');
    const whole = files[file as keyof typeof files];
    await writeFile(
      (await fresh('cut')).replace(/onnx$/, file),
      whole.subarray(0, file === 'json' ? -2 : -1),
    );
    await expect(readRelease(path)).rejects.toThrow(message);
  });

  test.each([0, 7, 8, 20])('finds a .safetensors of %i bytes', async (size) => {
    const { files } = await makeRelease('weights', 'tiny');
    await writeFile(
      (await fresh('tiny')).replace(/onnx$/, 'safetensors'),
      files.safetensors.subarray(0, size),
    );
    await expect(readRelease(path)).rejects.toThrow(`expected a safetensors file, got ${size} bytes`);
  });

  test('wants the .onnx file', async () => {
    await expect(readRelease('model.json')).rejects.toMatchObject({ kind: 'usage' });
  });
});
