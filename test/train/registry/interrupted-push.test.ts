/**
 * @file Interrupted pushes: the alias always points at a complete version, and the same push again completes the work.
 * @module-tag slow
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { Alias, aliasKey, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { push } from '../../../train/registry/registry.ts';
import { writeRelease } from '../../../train/release/release.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { releaseOf } from '../../fixtures/releases.ts';
import { runNode } from '../../support/command.ts';
import { type RunningStore, storeEnvironment, WRANGLER } from '../../support/object-stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

// Real servers are slow on a busy machine.

/**
 * Returns the version that `stable` points at; undefined when there is no alias.
 * @throws unless the version is complete and its objects are intact
 */
async function stableVersion(store: ObjectStore, name: string): Promise<string | undefined> {
  const key = aliasKey(name, 'stable');
  const object = await store.get(key);
  if (!object) return undefined;
  const { version } = parseStored(Alias, key, object.bytes);
  const [onnx, json, safetensors] = await Promise.all(
    (['onnx', 'json', 'safetensors'] as const).map((file) => store.get(modelKey(name, version, file))),
  );
  if (!onnx || !json || !safetensors) throw new Error(`${key} points at an incomplete version`);
  expect(await sha256(onnx.bytes)).toBe(version);
  expect(parseStored(Manifest, key, json.bytes)).toMatchObject({ name, version, bytes: onnx.bytes.length });
  return version;
}

/**
 * Wraps a store so that its connection is lost at one operation and stays lost.
 * @param when `before` the request reaches the store, or `after`, so that only the response is lost
 */
function losesConnection(store: ObjectStore, at: number, when: 'before' | 'after'): ObjectStore {
  let operations = 0;
  const operate = async <T>(operation: () => Promise<T>): Promise<T> => {
    operations += 1;
    if (operations > at || (operations === at && when === 'before')) throw new Error('connection lost');
    const result = await operation();
    if (operations === at) throw new Error('connection lost');
    return result;
  };
  return {
    description: store.description,
    get: (key) => operate(() => store.get(key)),
    put: (...args) => operate(() => store.put(...args)),
    list: (prefix) => operate(() => store.list(prefix)),
    entries: (prefix) => operate(() => store.entries(prefix)),
  };
}

/** Wraps a store so that it does not support conditional writes. A push then needs more operations. */
const withoutConditions = (store: ObjectStore): ObjectStore => ({
  ...store,
  put: async (key, bytes, type, condition) => (condition ? 'unsupported' : store.put(key, bytes, type)),
});

describe.each([
  {
    kind: 'with conditional writes',
    adapt: (store: ObjectStore) => store,
    operations: { 'an empty': 10, 'a used': 12 },
  },
  {
    kind: 'without conditional writes',
    adapt: withoutConditions,
    operations: { 'an empty': 12, 'a used': 12 },
  },
])('a push that loses the connection to a store $kind', ({ adapt, operations }) => {
  test.each([
    ['before', 'an empty'],
    ['after', 'an empty'],
    ['before', 'a used'],
    ['after', 'a used'],
  ] as const)('leaves a valid alias when it happens %s any operation, in %s bucket', async (when, bucket) => {
    const [old, release] = [await releaseOf('old'), await releaseOf('new')];
    let completed = false;
    let at = 0;
    while (!completed) {
      at += 1;
      const store = memoryStore();
      if (bucket === 'a used') await push(store, old);
      const before = await stableVersion(store, 'tinyvgg');

      completed = await push(adapt(losesConnection(store, at, when)), release).then(
        () => true,
        () => false,
      );
      expect([before, release.manifest.version]).toContain(await stableVersion(store, 'tinyvgg'));
      await push(store, release);
      expect(await stableVersion(store, 'tinyvgg')).toBe(release.manifest.version);
    }
    expect(at).toBe(operations[bucket] + 1);
  });
});

describe('a push to a real server whose process is killed with SIGKILL', () => {
  let server: RunningStore;
  beforeAll(async () => {
    server = await WRANGLER.start();
  });
  afterAll(() => server?.stop());

  /**
   * Pushes in a child process, and kills it at its nth request: 0, 5 or 10 ms after the request began. The request then has not been
   * sent, is under way, or is complete.
   * @returns true when the push completed first
   */
  async function pushUntilKilled(onnxPath: string, request: number): Promise<boolean> {
    let killed = false;
    const { code, signal, stderr } = await runNode(['test/train/registry/push.child.ts', onnxPath], {
      env: storeEnvironment(server),
      onOutput: (output, child) => {
        if (killed || (output.match(/^(get|put|list) .*\n/gm)?.length ?? 0) < request) return;
        killed = true;
        setTimeout(() => child.kill('SIGKILL'), 5 * (request % 3));
      },
    });
    if (signal !== 'SIGKILL') expect(code, stderr).toBe(0);
    return signal === null;
  }

  test('leaves the alias at the old or the new version', async () => {
    const old = await releaseOf('old');
    await push(server.store, old);
    const release = await releaseOf('new');
    const path = await writeRelease(temporaryFolder(), release);
    const allowed = [old.manifest.version, release.manifest.version];

    let kills = 0;
    while (!(await pushUntilKilled(path, kills + 1))) {
      kills += 1;
      expect(allowed).toContain(await stableVersion(server.store, 'tinyvgg'));
    }
    expect(kills).toBeGreaterThanOrEqual(7);
    expect(await stableVersion(server.store, 'tinyvgg')).toBe(release.manifest.version);
  });
});
