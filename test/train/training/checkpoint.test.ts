/**
 * @file Checkpoints: a resumed training ends with the same bits, and a damaged checkpoint is never used.
 * @module-tag slow
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { photoLike } from '../../../train/dataset/fashion-mnist/augment/augment.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { adam, adamw, type Optimizer, sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { folderCheckpoints } from '../../../train/training/checkpoint/folder.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../../train/training/checkpoint/format.ts';
import type { TrainingEvent } from '../../../train/training/events.ts';
import type { Job } from '../../../train/training/job.ts';
import type { TrainingState } from '../../../train/training/state.ts';
import { train } from '../../../train/training/trainer.ts';
import { easyData } from '../../fixtures/easy.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const network = resolveNetwork(modelSpec('v1'));

const jobWith = (engine: Job['engine'], optimizer: Optimizer, changes: Partial<Job> = {}): Job => ({
  ...{ network, engine, optimizer, data: easyData(450) },
  ...{ epochs: 2, batchSize: 16, seed: 7 },
  ...changes,
});

/** Images on which a network that learns `easyData` gets worse: the best epoch is not the last. */
const OTHERWISE = (() => {
  const { test } = easyData(80);
  return { ...test, labels: test.labels.map((label) => (label + 1) % 10) };
})();

/** Sets the times of events to 0, so that two trainings can be compared. */
const withoutTimes = (events: TrainingEvent[]) =>
  events.map((event) => ('seconds' in event ? { ...event, seconds: 0 } : event));

/** Trains, and returns a checkpoint file of every step. */
async function trainWithCheckpoints(job: Job) {
  const files: Uint8Array[] = [];
  const events: TrainingEvent[] = [];
  const trained = await train(job, {
    onEvent: (event) => events.push(event),
    checkpointEvery: 0,
    checkpoint: async (state) => {
      files.push(encodeCheckpoint(network, state));
    },
  });
  return { files, events, trained };
}

type Case = [name: string, optimizer: Optimizer, changes?: Partial<Job>];

/** Trainings whose state is in the engine: the buffers of an optimizer. */
const BUFFERS: Case[] = [
  ['SGD with momentum and weight decay', sgd(0.05, { momentum: 0.9, weightDecay: 0.01 })],
  [
    'averaged weights, smoothed labels and the best epoch',
    adamw(0.001, { averaging: 0.9 }),
    { labelSmoothing: 0.1, select: 'best', patience: 1, data: { ...easyData(170), validation: OTHERWISE } },
  ],
];

const CASES: Case[] = [
  ...BUFFERS,
  ['SGD', sgd(0.1)],
  ['Adam', adam()],
  ['Adam, a schedule and augmented images', adam(), { schedule: 'cosine', augment: photoLike(7) }],
];

describe.each([
  ['reference', BUFFERS],
  ['tfjs', BUFFERS],
  ['cpu', CASES],
] as const)('training with --device %s', (device, cases) => {
  it.each(cases)(
    'resumes after any step with %s, to the same bits and the same events',
    async (_, optimizer, changes = {}) => {
      const job = jobWith(await openEngine(device, { threads: 1 }), optimizer, {
        data: easyData(170),
        ...changes,
      });
      const { files, events, trained } = await trainWithCheckpoints(job);
      // Two epochs, each of 11 steps and its end.
      expect(files.length).toBe(24);
      for (const file of files) {
        const from = decodeCheckpoint(network, optimizer, file);
        const rest: TrainingEvent[] = [];
        const resumed = await train(job, { from, onEvent: (event) => rest.push(event) });
        expect({ ...resumed, seconds: 0 }).toEqual({ ...trained, seconds: 0 });
        const emitted = withoutTimes(rest).filter(({ type }) => type !== 'epoch-start');
        expect(
          withoutTimes(events)
            .filter(({ type }) => type !== 'epoch-start')
            .slice(-emitted.length || Infinity),
        ).toEqual(emitted);
      }
    },
  );
});

describe('a training that is aborted', () => {
  it('finishes the step, stores a checkpoint, and throws the reason', async () => {
    const job = jobWith(referenceEngine(), sgd(0.1));
    const expected = await train(job);
    for (const stopAt of [25, 29, 54, 58]) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const states: TrainingState[] = [];
      const stopped = train(job, {
        signal: controller.signal,
        checkpoint: async (state) => {
          states.push(state);
        },
        onEvent: (event) => {
          if (event.type === 'progress' && event.step === stopAt) controller.abort(reason);
        },
      });
      await expect(stopped).rejects.toBe(reason);
      const from = states.at(-1);
      expect(from?.optimizer.steps).toBe(stopAt);
      expect((await train(job, { from })).weights).toEqual(expected.weights);
    }
  });
});

describe('folderCheckpoints', () => {
  const optimizer = sgd(0.1, { momentum: 0.9 });
  let states: TrainingState[];
  beforeAll(async () => {
    const { files } = await trainWithCheckpoints(jobWith(referenceEngine(), optimizer));
    states = files.map((file) => decodeCheckpoint(network, optimizer, file));
  });
  const save = (folder: string, state: TrainingState, best = false) =>
    folderCheckpoints(folder, () => {}).save(network, state, { best });

  it('keeps the newest two and the best, and returns the newest', async () => {
    const folder = temporaryFolder();
    for (const [i, state] of states.slice(0, 20).entries()) await save(folder, state, i === 4);
    expect((await readdir(folder)).sort()).toEqual([
      'v1-best.safetensors',
      'v1-step000000019.safetensors',
      'v1-step000000020.safetensors',
    ]);
    expect(await folderCheckpoints(folder, () => {}).newest(network, optimizer)).toEqual(states[19]);
    expect(decodeCheckpoint(network, optimizer, await readFile(join(folder, 'v1-best.safetensors')))).toEqual(
      states[4],
    );
  });

  it('skips a damaged checkpoint with a warning, and removes it at the next save', async () => {
    const folder = temporaryFolder();
    for (const state of states.slice(0, 3)) await save(folder, state);
    const path = join(folder, 'v1-step000000003.safetensors');
    await writeFile(path, (await readFile(path)).subarray(0, -7));
    const lines: string[] = [];
    expect(await folderCheckpoints(folder, (line) => lines.push(line)).newest(network, optimizer)).toEqual(
      states[1],
    );
    expect(lines).toEqual([
      expect.stringMatching(
        /^Skipping the checkpoint .*step000000003\.safetensors, using the one before it: .*SHA-256/,
      ),
    ]);
    await writeFile(path, 'nothing');
    await writeFile(join(folder, 'v1-step000000009.safetensors'), 'nothing');
    await save(folder, states[2]);
    expect((await readdir(folder)).sort()).toEqual([
      'v1-step000000002.safetensors',
      'v1-step000000003.safetensors',
    ]);
  });

  it('returns undefined when there is no checkpoint, or only a damaged one', async () => {
    const folder = temporaryFolder();
    expect(
      await folderCheckpoints(join(folder, 'nowhere'), () => {}).newest(network, optimizer),
    ).toBeUndefined();
    await writeFile(join(folder, 'v1-step000000001.safetensors'), '');
    const lines: string[] = [];
    expect(
      await folderCheckpoints(folder, (line) => lines.push(line)).newest(network, optimizer),
    ).toBeUndefined();
    expect(lines).toEqual([expect.stringMatching(/^Skipping the checkpoint .*, training v1 from the start/)]);
  });

  it('rejects a file that is truncated anywhere, or has any bit flipped', () => {
    const file = encodeCheckpoint(network, states[30]);
    fc.assert(
      fc.property(fc.nat(file.length - 1), (size) => {
        expect(() => decodeCheckpoint(network, optimizer, file.subarray(0, size))).toThrow(/cannot be used/);
      }),
    );
    fc.assert(
      fc.property(fc.nat(8 * file.length - 1), (bit) => {
        const damaged = file.slice();
        damaged[bit >> 3] ^= 1 << (bit & 7);
        expect(() => decodeCheckpoint(network, optimizer, damaged)).toThrow(/cannot be used/);
      }),
    );
  });

  it('rejects a checkpoint of another network or another optimizer', () => {
    const file = encodeCheckpoint(network, states[0]);
    const other = resolveNetwork(modelSpec('v0'));
    expect(() => decodeCheckpoint(other, optimizer, file)).toThrow(
      /expected a checkpoint of v0, got one of v1/,
    );
    expect(() => decodeCheckpoint(network, adam(), file)).toThrow(/optimizer\.exp_avg/);
  });
});
