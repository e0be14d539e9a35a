/** @file The optimizers, tested on all engines. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  conv2d,
  flatten,
  linear,
  type ModelSpec,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  type Weights,
} from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import {
  adam,
  adamw,
  averageOf,
  bufferNames,
  freshState,
  type Optimizer,
  sgd,
} from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { type ModelName, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import golden from '../../fixtures/pytorch-optimizers.json' with { type: 'json' };
import { expectClose } from '../../support/expect-close.ts';
import { withGpu } from '../../support/gpu.ts';
import { randomBatch } from './random-batch.ts';

const BATCH = 8;

/** Its sizes are no multiple of a vector, so every tensor has a gap behind it in the memory of the cpu engine. */
const UNEVEN: ModelSpec = {
  name: 'uneven',
  input: [1, 7, 9],
  modules: {
    a: [conv2d(1, 3, 3, { padding: 1 }), relu(), maxPool2d(2), conv2d(3, 2, 2), flatten(), linear(12, 5)],
  },
};

const OPTIMIZERS: Optimizer[] = [
  sgd(0.1),
  sgd(0.1, { weightDecay: 0.1 }),
  sgd(0.1, { momentum: 0.9, weightDecay: 0.1 }),
  adam(0.001),
  adam(0.001, { weightDecay: 0.1 }),
  adamw(0.001, { weightDecay: 0.1, averaging: 0.9 }),
  sgd(0.1, { averaging: 0.9 }),
  sgd(0.1, { momentum: 0.9, averaging: 0.9 }),
];

/** Returns the batch of step t in test/bench/pytorch_optimizers.py. */
function goldenBatch(t: number): Batch {
  const images = Uint8Array.from({ length: BATCH * 784 }, (_, at) => {
    const [n, i] = [BATCH * t + Math.floor(at / 784), at % 784];
    return 31 * n + 17 * i + ((i * i) % 251);
  });
  return { images, labels: Uint16Array.from({ length: BATCH }, (_, n) => (BATCH * t + n) % 10) };
}

const MAKERS = { adam, adamw, sgd };

function goldenOptimizer({ kind, learningRate, ...options }: (typeof golden.runs)[number]['optimizer']) {
  return MAKERS[kind as Optimizer['kind']](learningRate, options);
}

function randomBatches(network: Network, sizes: number[]): Batch[] {
  const noise = Generator.seeded(7);
  return sizes.map((size) => randomBatch(network, size, noise));
}

const named = (optimizer: Optimizer) =>
  `${optimizer.kind}${'momentum' in optimizer ? `, momentum ${optimizer.momentum}` : ''}, weight decay ${optimizer.weightDecay}${optimizer.averaging ? ', averaged' : ''}`;

const runs = golden.runs.map((run) => {
  const optimizer = goldenOptimizer(run.optimizer);
  const smoothing = run.labelSmoothing ? ', label smoothing' : '';
  return { ...run, optimizer, name: named(optimizer) + smoothing };
});

describe('on engine cpu', () => onEngine('cpu'));
describe.each(['reference', 'tfjs', ...Object.keys(withGpu({ webgpu: true }))])(
  'on engine %s',
  { tags: ['slow'] },
  onEngine,
);

function onEngine(device: string): void {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine(device, { allowSoftwareAdapter: true });
  });

  it.each(runs)(
    'computes PyTorch’s losses and weights in ten steps of $model by $name, within 1e-6',
    async ({ model, optimizer, labelSmoothing, losses, weights }) => {
      const network = resolveNetwork(modelSpec(model as ModelName));
      const initial = initialWeights(network, Generator.seeded(golden.seed));
      const session = await engine.open(network, initial, optimizer);
      for (let t = 0; t < losses.length; t++) session.step(goldenBatch(t), { labelSmoothing });
      expectClose(await session.losses(), losses, 1e-6);
      const trained = [...(await session.weights()).values()];
      session.close();
      for (const [p, { first, sum }] of weights.entries()) {
        expectClose(trained[p].subarray(0, first.length), first, 1e-6);
        expectClose([trained[p].reduce((a, b) => a + b, 0)], [sum], 1e-5);
      }
    },
  );

  it('averages the weights after each step, of which later ones count more', async () => {
    const network = resolveNetwork(UNEVEN);
    const optimizer = adamw(0.01, { averaging: 0.75 });
    const initial = initialWeights(network, Generator.seeded(3));
    const session = await engine.open(network, initial, optimizer);
    expect(averageOf(optimizer, await session.optimizerState())).toBeUndefined();
    const after: Weights[] = [];
    for (const batch of randomBatches(network, [5, 4, 33])) {
      session.step(batch);
      after.push(await session.weights());
    }
    const average = averageOf(optimizer, await session.optimizerState()) as Weights;
    session.close();
    // 0.75² : 0.75 : 1, divided by their sum.
    const shares = [0.5625, 0.75, 1].map((share) => share / 2.3125);
    for (const [name, values] of average) {
      const expected = values.map((_, i) =>
        shares.reduce((sum, share, t) => sum + share * (after[t].get(name) as Float32Array)[i], 0),
      );
      expectClose(values, expected, 1e-6);
    }
  });

  it('computes with loaded weights, and keeps the state of the optimizer', async () => {
    const network = resolveNetwork(UNEVEN);
    const optimizer = adam(0.001);
    const [one, two] = [3, 4].map((seed) => initialWeights(network, Generator.seeded(seed)));
    const [first, second] = randomBatches(network, [8, 5]);
    const session = await engine.open(network, one, optimizer);
    session.step(first);
    const state = await session.optimizerState();
    await session.load(two);
    expect(await session.weights()).toEqual(two);
    expect(await session.optimizerState()).toEqual(state);
    const expected = await engine.open(network, two, optimizer, state);
    for (const each of [session, expected]) each.step(second);
    expect(await session.weights()).toEqual(await expected.weights());
    for (const each of [session, expected]) each.close();
  });

  describe.each(OPTIMIZERS.map((optimizer) => ({ optimizer, name: named(optimizer) })))(
    'with $name',
    ({ optimizer }) => {
      it('computes the same bits in a session opened with the weights and the optimizer state of another one', async () => {
        const network = resolveNetwork(UNEVEN);
        const batches = randomBatches(network, [5, 4, 33, 3, 8, 40]);
        const one = await engine.open(network, initialWeights(network, Generator.seeded(3)), optimizer);
        for (const batch of batches.slice(0, 3)) one.step(batch);
        await one.losses();
        const state = await one.optimizerState();
        expect(state.steps).toBe(3);
        expect([...state.buffers.keys()]).toEqual(bufferNames(optimizer));
        const copy = structuredClone(state);
        const other = await engine.open(network, await one.weights(), optimizer, state);
        for (const session of [one, other]) for (const batch of batches.slice(3)) session.step(batch);
        expect(await other.losses()).toEqual(await one.losses());
        expect(await other.weights()).toEqual(await one.weights());
        expect(await other.optimizerState()).toEqual(await one.optimizerState());
        expect(state).toEqual(copy);
        one.close();
        other.close();
      });

      it('has the optimizer state of the reference engine, within 1e-5', async () => {
        const network = resolveNetwork(UNEVEN);
        const initial = initialWeights(network, Generator.seeded(3));
        const expected = await referenceEngine().open(network, initial, optimizer);
        const session = await engine.open(network, initial, optimizer);
        expect(await session.optimizerState()).toEqual(freshState(optimizer, network));
        for (const batch of randomBatches(network, [5, 33, 4, 70, 8, 8, 8, 8])) {
          expected.step(batch);
          session.step(batch);
        }
        expectAllClose(await session.weights(), await expected.weights());
        const { buffers } = await session.optimizerState();
        for (const [name, values] of (await expected.optimizerState()).buffers) {
          expectAllClose(buffers.get(name) as Weights, values);
        }
        session.close();
      });
    },
  );
}

function expectAllClose(got: Weights, expected: Weights): void {
  for (const [name, values] of expected) expectClose(got.get(name) as Float32Array, values, 1e-5);
}
