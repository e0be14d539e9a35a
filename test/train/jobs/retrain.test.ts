/**
 * @file The scheduled retraining: it trains once, promotes a model that passes the gate, and resumes on another machine.
 * @module-tag slow
 */
import { beforeEach, expect, it } from 'vitest';
import { Alias, aliasKey, parseStored } from '../../../shared/manifest.ts';
import { take } from '../../../train/dataset/split.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { retrain } from '../../../train/jobs/retrain.ts';
import { planRetrain } from '../../../train/jobs/retrain-plan.ts';
import { promote, rollback, status } from '../../../train/registry/registry.ts';
import { settingsOf } from '../../../train/run/settings.ts';
import { memoryStore } from '../../../train/store/memory.ts';
import type { ObjectStore } from '../../../train/store/store.ts';
import { type OnOutput, runTrainer } from '../../support/command.ts';
import { describeWithData } from '../../support/data.ts';
import { storeEnvironment, WRANGLER } from '../../support/object-stores.ts';

const SMALL = {
  ...{ recipe: 'lab', models: 'v0', epochs: 1, limit: 4000, heldOut: 2000, calibration: false },
  ...{ device: 'cpu', threads: 1 },
};
const STABLE = { alias: 'stable', tolerance: 0.01 };

/** Wraps a store, and lists the keys that are written. */
function recordingWrites(store: ObjectStore): ObjectStore & { written: string[] } {
  const written: string[] = [];
  return {
    ...store,
    written,
    async put(key, ...rest) {
      const outcome = await store.put(key, ...rest);
      if (outcome === 'written') written.push(key);
      return outcome;
    },
  };
}

describeWithData('retrain', (data) => {
  let store: ReturnType<typeof recordingWrites>;
  let lines: string[];
  let trained: number;
  beforeEach(() => {
    store = recordingWrites(memoryStore());
    lines = [];
    trained = 0;
  });

  const run = (changes: object = {}, on: ObjectStore = store, options = STABLE, dataset = data()) =>
    retrain(on, settingsOf({ ...SMALL, ...changes }, 'test'), options, {
      dataset: async () => dataset,
      engine: () => {
        trained++;
        return openEngine('cpu', { threads: 1 });
      },
      signal: new AbortController().signal,
      log: (line) => lines.push(line),
    });
  const stable = async (): Promise<Alias> => {
    const key = aliasKey('v0', 'stable');
    const object = await store.get(key);
    return parseStored(Alias, key, object?.bytes ?? new Uint8Array());
  };
  const verdicts = async () => {
    const keys = await store.list('verdicts/v0/');
    const objects = await Promise.all(keys.map((key) => store.get(key)));
    return objects.map((object) => JSON.parse(Buffer.from(object?.bytes ?? []).toString()));
  };

  it('promotes the first version, and does nothing when it runs again', async () => {
    await run();
    const { version, reason } = await stable();
    expect(reason).toBe('retrain: first version of stable');
    expect((await status(store, 'v0')).versions).toEqual([version]);
    const { length } = store.written;
    await run();
    expect(trained).toBe(1);
    expect(store.written.length).toBe(length);
    expect(lines.at(-1)).toBe(`stable of v0 already points at ${version}.`);
  });

  it('reaches the same version on an empty store', async () => {
    await run();
    const first = await stable();
    store = recordingWrites(memoryStore());
    await run();
    expect(trained).toBe(2);
    expect(await stable()).toMatchObject({ version: first.version });
  });

  it('promotes a better model, and stores the comparison', async () => {
    await run({ limit: 64 });
    const before = await stable();
    await run();
    const after = await stable();
    expect(after.previous).toEqual([before.version]);
    expect(after.reason).toMatch(
      /^retrain: accuracy \d\d\.\d\d\s% on 2,000 held-out images, current version \d\d\.\d\d\s%; difference \+\d+\.\d\d points \(95 % interval \+\d/,
    );
    expect(await verdicts()).toEqual([
      expect.objectContaining({
        ...{ alias: 'stable', version: after.version, present: before.version },
        ...{ images: 2000, tolerance: 0.01, promoted: true },
      }),
    ]);
  });

  it('rejects a worse model each time, and stores the verdict once', async () => {
    await run();
    const before = await stable();
    for (let i = 0; i < 2; i++) {
      await expect(run({ limit: 64 })).rejects.toMatchObject({
        kind: 'rejected',
        message: expect.stringMatching(
          /^v0 [0-9a-f]{64} is not promoted, and stable still points at .* −\d+\.\d\d points .*npm run promote -- /,
        ),
      });
    }
    expect(trained).toBe(2);
    expect(await stable()).toEqual(before);
    const kept = await verdicts();
    expect(kept).toEqual([expect.objectContaining({ promoted: false, present: before.version })]);
    const { images, right, gained, lost, difference, interval } = kept[0];
    expect(right.candidate - right.present).toBe(gained - lost);
    expect(difference).toBe((gained - lost) / images);
    expect(interval[0]).toBeLessThan(-0.01);
    // Its release is in the store, and can be promoted anyway.
    await promote(store, 'v0', kept[0].version);
    expect((await stable()).version).toBe(kept[0].version);
  });

  it('promotes the other models when it rejects one', async () => {
    await run();
    const before = await stable();
    await expect(run({ models: 'v0,v1', limit: 64 })).rejects.toMatchObject({
      kind: 'rejected',
      message: /^v0 /,
    });
    expect(await stable()).toEqual(before);
    expect((await status(store, 'v1')).aliases.stable.reason).toBe('retrain: first version of stable');
  });

  it('promotes a worse model within the tolerance', async () => {
    await run();
    const before = await stable();
    await run({ limit: 64 }, store, { ...STABLE, tolerance: 1 });
    expect((await stable()).previous).toEqual([before.version]);
  });

  it('rejects a version that was rolled back, until it is promoted again', async () => {
    await run({ limit: 64 });
    await run();
    const { version } = await stable();
    await rollback(store, 'v0');
    await expect(run()).rejects.toMatchObject({ kind: 'rejected', message: /it was rolled back before/ });
    expect((await stable()).withdrawn).toEqual([version]);
    await promote(store, 'v0', version);
    expect((await stable()).withdrawn).toEqual([]);
    await run();
    expect((await stable()).version).toBe(version);
  });

  it('fails with a conflict when another process moves the alias during the comparison', async () => {
    await run({ limit: 64 });
    await run({ limit: 128 }, store, { alias: 'other', tolerance: 1 });
    const { aliases } = await status(store, 'v0');
    const moving: ObjectStore = {
      ...store,
      async put(key, ...rest) {
        if (key.startsWith('verdicts/')) await promote(store, 'v0', aliases.other.version);
        return store.put(key, ...rest);
      },
    };
    await expect(run({}, moving)).rejects.toMatchObject({ kind: 'conflict' });
    expect((await stable()).version).toBe(aliases.other.version);
  });

  it('requires held-out images', async () => {
    await expect(run({ heldOut: 0 })).rejects.toMatchObject({ kind: 'usage', message: /--held-out 5000/ });
    expect(store.written).toEqual([]);
  });

  it('warns when the current version was trained on the held-out images', async () => {
    // The second training holds out 2,000 images. The first one trained on half of them.
    const few = { ...data(), train: take(data().train, 5000) };
    await run({ heldOut: 1000 }, store, STABLE, few);
    await run({ seed: 1 }, store, { ...STABLE, tolerance: 1 }, few);
    expect(lines.join('\n')).toContain('was also trained on the held-out images');
  });

  it('does not repeat a training that diverged', async () => {
    for (let i = 0; i < 2; i++) {
      await expect(run({ learningRate: 1e30 })).rejects.toMatchObject({ kind: 'divergence' });
    }
    expect(trained).toBe(1);
    expect(await store.list('aliases/')).toEqual([]);
  });

  it('prints its plan without training or writing', async () => {
    const plan = (changes: object = {}) =>
      planRetrain(store, settingsOf({ ...SMALL, ...changes }, 'test'), STABLE);
    expect((await plan()).join('\n')).toMatch(
      /v0: recipe lab, 1 epoch of .*will be trained from the start.*stable does not exist yet.*interval above −1\.00 points/s,
    );
    expect(store.written).toEqual([]);
    await run();
    const { length } = store.written;
    const { version } = await stable();
    expect((await plan()).join('\n')).toMatch(
      new RegExp(`was trained before, .*: ${version}.*stable points at ${version}`, 's'),
    );
    expect(store.written.length).toBe(length);
  });

  it('resumes in another process from the checkpoint in the store after SIGTERM', async () => {
    const server = await WRANGLER.start();
    try {
      const env = storeEnvironment(server);
      const trainer = (args: string[], onOutput?: OnOutput) => runTrainer(args, { env, onOutput });
      const args = ['retrain', '--recipe', 'lab', '--models', 'v1', '--epochs', '12'];
      args.push('--held-out', `${SMALL.heldOut}`, '--limit', '4000', '--batch-size', '4');
      args.push('--threads', '1', '--device', 'cpu');
      args.push('--no-calibration');
      let sent = false;
      const stopped = await trainer(args, (output, child) => {
        if (sent || !output.includes('Epoch: 3')) return;
        sent = true;
        child.kill('SIGTERM');
      });
      expect(stopped).toMatchObject({
        code: 143,
        stderr: expect.stringContaining('a checkpoint in the store'),
      });
      const plan = await trainer([...args, '--dry-run']);
      expect(plan).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/will resume from runs\/.*v1\.safetensors/),
      });
      const resumed = await trainer(args);
      expect(resumed).toMatchObject({ code: 0, stdout: expect.stringMatching(/Resuming after step \d+/) });
      const { aliases, versions } = await status(server.store, 'v1');
      expect(versions).toEqual([aliases.stable.version]);

      const undisturbed = memoryStore();
      await run({ limit: 4_000, batchSize: 4, epochs: 12, models: 'v1' }, undisturbed);
      expect((await status(undisturbed, 'v1')).versions).toEqual(versions);

      // A worse model changes the exit code.
      const worse = await trainer([...args, '--limit', '64']);
      expect(worse).toMatchObject({ code: 11, stderr: expect.stringContaining('is not promoted') });
    } finally {
      await server.stop();
    }
  });
});
