/** @file A push that dies at any point leaves no alias that names something missing or different, and the same push again completes it. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { Alias, aliasKey, Manifest, modelKey, parseStored } from '#shared/manifest.ts';
import { push } from '../../../train/registry/registry.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { makeRelease, writeRelease } from '../../fixtures/releases.ts';
import { runNode } from '../../support/command.ts';
import { type RunningStore, storeEnvironment, WRANGLER } from '../../support/object-stores.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

// Real servers on a busy machine take their time.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 100_000 });

/** What `stable` means; undefined when it does not exist. Fails unless all that it names is there, and what it should be. */
async function meaningOf(store: ObjectStore, name: string): Promise<string | undefined> {
  const key = aliasKey(name, 'stable');
  const object = await store.get(key);
  if (!object) return undefined;
  const { version } = parseStored(Alias, key, object.bytes);
  const [onnx, json, safetensors] = await Promise.all(
    (['onnx', 'json', 'safetensors'] as const).map((file) => store.get(modelKey(name, version, file))),
  );
  if (!onnx || !json || !safetensors) throw new Error(`${key} names a version that is not complete`);
  expect(await sha256(onnx.bytes)).toBe(version);
  expect(parseStored(Manifest, key, json.bytes)).toMatchObject({ name, version, bytes: onnx.bytes.length });
  return version;
}

/** A store whose connection is lost at operation `dies`: before it reaches the store, or after, so that only the answer is lost. */
function dying(store: ObjectStore, dies: number, when: 'before' | 'after'): ObjectStore {
  let operations = 0;
  const operate = async <T>(operation: () => Promise<T>): Promise<T> => {
    operations += 1;
    if (operations > dies || (operations === dies && when === 'before')) throw new Error('dead');
    const result = await operation();
    if (operations === dies) throw new Error('dead');
    return result;
  };
  return {
    description: store.description,
    get: (key) => operate(() => store.get(key)),
    put: (...args) => operate(() => store.put(...args)),
    list: (prefix) => operate(() => store.list(prefix)),
  };
}

/** The store as one without conditional writes, which needs more operations. */
const unconditional = (store: ObjectStore): ObjectStore => ({
  ...store,
  put: async (key, bytes, type, condition) => (condition ? 'unsupported' : store.put(key, bytes, type)),
});

describe.each([
  { kind: 'with conditional writes', adapt: (store: ObjectStore) => store, operations: 8 },
  { kind: 'without conditional writes', adapt: unconditional, operations: 12 },
])('a connection lost, on a store $kind', ({ adapt, operations }) => {
  test.each([
    ['before', 'an empty'],
    ['after', 'an empty'],
    ['before', 'a used'],
    ['after', 'a used'],
  ] as const)('%s each operation, in %s bucket', async (when, bucket) => {
    const [old, release] = [await makeRelease('old'), await makeRelease('new')];
    let survived = false;
    let dies = 0;
    while (!survived) {
      dies += 1;
      const store = memoryStore();
      if (bucket === 'a used') await push(store, old);
      const before = await meaningOf(store, 'tinyvgg');

      survived = await push(adapt(dying(store, dies, when)), release).then(
        () => true,
        () => false,
      );
      expect([before, release.manifest.version]).toContain(await meaningOf(store, 'tinyvgg'));
      await push(store, release);
      expect(await meaningOf(store, 'tinyvgg')).toBe(release.manifest.version);
    }
    expect(dies).toBe(operations + 1);
  });
});

describe('a process killed with SIGKILL while it pushes to a real server', () => {
  let server: RunningStore;
  beforeAll(async () => {
    server = await WRANGLER.start();
  });
  afterAll(() => server?.stop());

  /**
   * Pushes in a process of its own, and kills it at its nth operation: 0, 5 or 10 ms after that began, so that its request has not left
   * yet, is on its way, or is done.
   * @returns whether the push was done before that
   */
  async function pushUntilKilled(onnxPath: string, operation: number): Promise<boolean> {
    let killed = false;
    const { code, signal, stderr } = await runNode(['test/train/registry/kill.child.ts', onnxPath], {
      env: storeEnvironment(server),
      onOutput: (output, child) => {
        if (killed || output.split('\n').length <= operation) return;
        killed = true;
        setTimeout(() => child.kill('SIGKILL'), 5 * (operation % 3));
      },
    });
    if (signal !== 'SIGKILL') expect(code, stderr).toBe(0);
    return signal === null;
  }

  test('leaves the alias where it was or where it should be', async () => {
    const old = await makeRelease('old');
    await push(server.store, old);
    const release = await makeRelease('new');
    const path = await writeRelease(temporaryFolder(), release);
    const allowed = [old.manifest.version, release.manifest.version];

    let kills = 0;
    while (!(await pushUntilKilled(path, kills + 1))) {
      kills += 1;
      expect(allowed).toContain(await meaningOf(server.store, 'tinyvgg'));
    }
    expect(kills).toBeGreaterThanOrEqual(7);
    expect(await meaningOf(server.store, 'tinyvgg')).toBe(release.manifest.version);
  });
});
