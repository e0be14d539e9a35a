/// <reference types="@webgpu/types" />
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  conv2d,
  flatten,
  linear,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  sizeOf,
} from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import { Loader } from '../../../train/dataset/loader.ts';
import { type Split, take } from '../../../train/dataset/split.ts';
import type { Engine, EngineSession } from '../../../train/engine/engine.ts';
import { adam, type Optimizer, sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { GrowingBuffer } from '../../../train/engine/webgpu/buffer.ts';
import { type Gpu, openGpu } from '../../../train/engine/webgpu/device.ts';
import { planOf } from '../../../train/engine/webgpu/plan.ts';
import { stagesOf } from '../../../train/engine/webgpu/stages.ts';
import { engineOn } from '../../../train/engine/webgpu/webgpu.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import type { TrainedModel } from '../../../train/training/job.ts';
import type { TrainingState } from '../../../train/training/state.ts';
import { train } from '../../../train/training/trainer.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { describeWithGpu } from '../../support/gpu.ts';

const small = resolveNetwork({
  name: 'small',
  input: [1, 9, 7],
  modules: {
    a: [conv2d(1, 3, 3, { padding: 1 }), relu(), maxPool2d(2), conv2d(3, 2, 2), flatten(), linear(12, 5)],
  },
});

/** Returns images of noise, equally many of each label. */
function noise(count: number, { input, output }: Network = small): Split {
  const random = Generator.seeded(count);
  return {
    count,
    images: Uint8Array.from({ length: count * sizeOf(input) }, () => random.random() & 0xff),
    labels: Uint16Array.from({ length: count }, (_, i) => i % output[0]),
  };
}

const batchesOf = (split: Split, seed: number, batchSize = 8): Batch[] => [
  ...new Loader(split, { batchSize, shuffle: true, generator: Generator.seeded(seed) }).epoch(),
];

const open = (engine: Engine, seed: number, optimizer: Optimizer = sgd(0.1)): Promise<EngineSession> =>
  engine.open(small, initialWeights(small, Generator.seeded(seed)), optimizer);

describe('a step of the webgpu engine', () => {
  it.each([
    { name: 'v0', dispatches: 2 },
    { name: 'v1', dispatches: 2 },
    { name: 'tinyvgg', dispatches: 10 },
  ] as const)('has $dispatches dispatches for $name', ({ name, dispatches }) => {
    expect(planOf(stagesOf(resolveNetwork(modelSpec(name))), adam()).step.length).toBe(dispatches);
  });
});

// A graphics card needs a second for all of it, SwiftShader on two busy cores much longer.
describeWithGpu('the webgpu engine', () => {
  let gpu: Gpu;
  let engine: Engine;
  beforeAll(async () => {
    gpu = await openGpu({ allowSoftware: true });
    engine = engineOn(gpu);
  });

  describe('with replicas', () => {
    const split = noise(60);
    const seeds = [1, 2, 3, 4];
    const optimizers = [sgd(0.1), sgd(0.2), sgd(0.05, { weightDecay: 0.1 }), sgd(0.01)];

    async function outcome(session: EngineSession, seed: number) {
      for (const batch of batchesOf(split, seed)) session.step(batch);
      const losses = await session.losses();
      return { losses, weights: await session.weights(), logits: await session.logits(split.images, 60) };
    }

    it('computes the same bits for each as alone, in one submission for all', async () => {
      const alone = [];
      for (const [i, seed] of seeds.entries()) {
        const session = await open(engine, seed, optimizers[i]);
        alone.push(await outcome(session, seed));
        session.close();
      }
      const sessions = await Promise.all(seeds.map((seed, i) => open(engine, seed, optimizers[i])));
      expect(await Promise.all(sessions.map((session, i) => outcome(session, seeds[i])))).toEqual(alone);
      const submit = vi.spyOn(gpu.device.queue, 'submit');
      await Promise.all(
        sessions.map((session, i) => {
          for (const batch of batchesOf(split, seeds[i])) session.step(batch);
          return session.losses();
        }),
      );
      expect(submit).toHaveBeenCalledTimes(1);
      submit.mockRestore();
      for (const session of sessions) session.close();
    });

    it('does not wait for late, idle or closed sessions', async () => {
      const [early, late, idle, closed] = await Promise.all(seeds.map((seed) => open(engine, seed)));
      const [batch] = batchesOf(split, 1);
      for (const session of [early, late, closed]) session.step(batch);
      const first = early.losses();
      closed.close();
      expect((await first).length).toBe(1);
      early.step(batch);
      late.step(batch);
      const [one, two] = await Promise.all([early.losses(), late.losses()]);
      expect([one.length, two.length]).toEqual([1, 2]);
      expect(await idle.losses()).toEqual([]);
      expect(await idle.weights()).toEqual(initialWeights(small, Generator.seeded(3)));
      for (const session of [early, late, idle]) session.close();
    });

    it('reuses the place of a closed session', async () => {
      const expected = await outcome(await open(engineOn(gpu), 3), 3);
      const [one, two] = await Promise.all([open(engine, 1), open(engine, 2)]);
      one.step(batchesOf(split, 1)[0]);
      await one.losses();
      one.close();
      const three = await open(engine, 3);
      expect(await outcome(three, 3)).toEqual(expected);
      two.close();
      three.close();
    });

    it('trains several models at once to the results of training each alone', async () => {
      const data = { train: noise(90), test: noise(20) };
      const jobs = [
        { seed: 1, learningRate: 0.1, count: 90, epochs: 2 },
        { seed: 2, learningRate: 0.05, count: 90, epochs: 1 },
        { seed: 3, learningRate: 0.1, count: 50, epochs: 3 },
      ].map(({ seed, learningRate, count, epochs }) => ({
        network: small,
        data: { ...data, train: take(data.train, count) },
        engine,
        optimizer: sgd(learningRate, { momentum: 0.9 }),
        ...{ epochs, batchSize: 8, seed },
      }));
      const alone: TrainedModel[] = [];
      for (const job of jobs) alone.push(await train(job));
      const together = await Promise.all(jobs.map((job) => train(job)));
      const withoutTime = (models: TrainedModel[]) => models.map((model) => ({ ...model, seconds: 0 }));
      expect(withoutTime(together)).toEqual(withoutTime(alone));
    });
  });

  it('resumes from a checkpoint to the same bits, alone and beside other trainings', async () => {
    const job = {
      network: small,
      data: { train: noise(90), test: noise(20) },
      ...{ engine, optimizer: adam(0.01), epochs: 2, batchSize: 8, seed: 1 },
    };
    const states: TrainingState[] = [];
    const checkpoint = async (state: TrainingState) => {
      states.push(state);
    };
    const whole = await train(job, { checkpoint, checkpointEvery: 0 });
    const resumed = await Promise.all([3, 12, 20].map((at) => train(job, { from: states[at] })));
    for (const model of resumed) expect({ ...model, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  });

  it('uploads the pixels of a split once, and computes the same as from uploaded batches', async () => {
    const split = noise(400);
    const batches = batchesOf(split, 1);
    const [resident, uploaded] = [await open(engine, 1), await open(engine, 1)];
    // A new split object over the same pixels.
    resident.step(batchesOf(take(split, 400), 1)[0]);
    await resident.losses();
    const write = vi.spyOn(gpu.device.queue, 'writeBuffer');
    for (const batch of batches.slice(1)) resident.step(batch);
    await resident.losses();
    const bytes = write.mock.calls.reduce((sum, [, , values]) => sum + values.byteLength, 0);
    write.mockRestore();
    // 8 bytes for the places of the pixels and of the targets of an image, 256 for the record of a step. The pixels would be 63 bytes an image.
    expect(bytes).toBeLessThan(8 * 400 + 256 * batches.length);
    for (const { images, labels } of batches) uploaded.step({ images, labels });
    await uploaded.losses();
    expect(await resident.weights()).toEqual(await uploaded.weights());
    resident.close();
    uploaded.close();
  });

  it('accepts batches of any size in any order', async () => {
    const split = noise(700);
    const at = [0, 1, 41, 48, 348, 700];
    const batches = at.slice(1).map((to, i) => ({
      images: split.images.subarray(at[i] * 63, to * 63),
      labels: split.labels.subarray(at[i], to),
    }));
    const [session, expected] = [await open(engine, 1), await open(referenceEngine(), 1)];
    for (const each of [session, expected]) for (const batch of batches) each.step(batch);
    const [got, losses] = [await session.losses(), await expected.losses()];
    for (const [i, loss] of losses.entries()) expect(got[i]).toBeCloseTo(loss, 5);
    const logits = await session.logits(split.images, 700);
    const right = await expected.logits(split.images, 700);
    expect(logits.length).toBe(right.length);
    for (const [i, value] of right.entries()) expect(logits[i]).toBeCloseTo(value, 4);
    session.close();
  });

  it('computes convolutions with filters as large as the image', async () => {
    const network = resolveNetwork({
      name: 'large filters',
      input: [2, 28, 27],
      modules: {
        a: [
          conv2d(2, 3, 25, { padding: 'same' }),
          relu(),
          conv2d(3, 5, 27),
          relu(),
          flatten(),
          linear(10, 3),
        ],
      },
    });
    const batch = noise(4, network);
    const [session, expected] = await Promise.all(
      [engine, referenceEngine()].map((each) =>
        each.open(network, initialWeights(network, Generator.seeded(1)), sgd(1)),
      ),
    );
    for (const each of [session, expected]) each.step(batch);
    const got = await session.weights();
    for (const [name, values] of await expected.weights()) {
      for (const [i, value] of values.entries()) expect(got.get(name)?.[i]).toBeCloseTo(value, 5);
    }
    session.close();
  });

  it('creates no more buffers in 1,000 steps, and frees all of them when the session is closed', async () => {
    const network = resolveNetwork({
      name: 'minimal',
      input: [1, 2, 2],
      modules: { a: [flatten(), linear(4, 2)] },
    });
    const create = vi.spyOn(gpu.device, 'createBuffer');
    const destroy = vi.spyOn(GPUBuffer.prototype, 'destroy');
    const session = await engine.open(network, initialWeights(network, Generator.seeded(1)), sgd(0.1));
    const [batch] = batchesOf(noise(8, network), 1);
    const run = async (steps: number) => {
      for (let i = 1; i <= steps; i++) {
        session.step(batch);
        if (i % 25 === 0) expect((await session.losses()).length).toBe(25);
      }
    };
    await run(50);
    const { length } = create.mock.calls;
    await run(950);
    expect(create.mock.calls.length).toBe(length);
    session.close();
    const destroyed = new Set(destroy.mock.contexts);
    const left = create.mock.results.filter(({ value }) => !destroyed.has(value));
    // The pixels of the data set stay for the next session.
    expect(left.map(({ value }) => value.label).filter((label) => label !== 'pixels')).toEqual([]);
    create.mockRestore();
    destroy.mockRestore();
  });

  it('names the buffer that is too large for the GPU', () => {
    const buffer = new GrowingBuffer(gpu.device, 'activations');
    expect(() => buffer.reserve(2 ** 50)).toThrow(
      /cannot hold the activations: expected .* Use a smaller --batch-size/,
    );
  });

  it('lets the process exit with open and with closed sessions', async () => {
    const script = `
      const { webgpuEngine } = await import('./train/engine/webgpu/webgpu.ts');
      const { sgd } = await import('./train/engine/optimizer.ts');
      const { resolveNetwork, flatten, linear } = await import('./shared/model/spec.ts');
      const network = resolveNetwork({ name: 'minimal', input: [1, 2, 2], modules: { a: [flatten(), linear(4, 2)] } });
      const weights = new Map([['a.1.weight', new Float32Array(8)], ['a.1.bias', new Float32Array(2)]]);
      const engine = await webgpuEngine({ allowSoftware: true });
      const [closed, left] = [await engine.open(network, weights, sgd(0.1)), await engine.open(network, weights, sgd(0.1))];
      for (const session of [closed, left]) session.step({ images: new Uint8Array(4), labels: new Uint16Array(1) });
      await closed.losses();
      closed.close();`;
    await expectSuccess(runNode(['--input-type=module', '-e', script]));
  });
});
