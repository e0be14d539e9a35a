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
import { train } from '../../../train/training/trainer.ts';
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
  adam(0.01, { beta1: 0.5, beta2: 0.9, epsilon: 0.001 }),
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
  `${optimizer.kind}${'momentum' in optimizer ? `, momentum ${optimizer.momentum}` : ''}${'beta1' in optimizer && optimizer.beta1 !== 0.9 ? `, betas ${optimizer.beta1} and ${optimizer.beta2}` : ''}, weight decay ${optimizer.weightDecay}${optimizer.averaging ? ', averaged' : ''}`;

const runs = golden.runs.map((run) => {
  const optimizer = goldenOptimizer(run.optimizer);
  const smoothing = run.labelSmoothing ? ', label smoothing' : '';
  return { ...run, optimizer, name: named(optimizer) + smoothing };
});

describe('the options of an optimizer', () => {
  it('are all in the optimizer', () => {
    const common = { weightDecay: 0.1, averaging: 0.9 };
    const options = { beta1: 0.5, beta2: 0.75, epsilon: 0.25, ...common };
    expect(adam(0.01, options)).toEqual({ kind: 'adam', learningRate: 0.01, ...options });
    expect(adamw(0.01, options)).toEqual({ kind: 'adamw', learningRate: 0.01, ...options });
    const momentum = { momentum: 0.5, ...common };
    expect(sgd(0.01, momentum)).toEqual({ kind: 'sgd', learningRate: 0.01, ...momentum });
  });

  it('have PyTorch’s defaults', () => {
    const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, averaging: 0 };
    expect(adam()).toEqual({ kind: 'adam', learningRate: 0.001, ...defaults });
    expect(adamw()).toEqual({ kind: 'adamw', learningRate: 0.001, ...defaults, weightDecay: 0.01 });
    expect(sgd(1)).toEqual({ kind: 'sgd', learningRate: 1, momentum: 0, weightDecay: 0, averaging: 0 });
  });

  // As a program in JavaScript would call them.
  // biome-ignore lint/suspicious/noExplicitAny: the types exclude these calls
  const calls: [string, (...args: any[]) => unknown, unknown[]][] = [
    ['learningRate: a number of at least 0, got {"learningRate":0.1}', sgd, [{ learningRate: 0.1 }]],
    ['learningRate: a number of at least 0, got -1', sgd, [-1]],
    ['learningRate: a number of at least 0, got NaN', adam, [Number.NaN]],
    ['learningRate: a number of at least 0, got Infinity', adamw, [Number.POSITIVE_INFINITY]],
    ['learningRate: a number of at least 0, got "0.1"', sgd, ['0.1']],
    ['learningRate: a number of at least 0, got undefined', sgd, []],
    ['momentum: a number of at least 0 and below 1, got 1', sgd, [0.1, { momentum: 1 }]],
    ['beta1: a number of at least 0 and below 1, got -0.1', adam, [0.1, { beta1: -0.1 }]],
    ['beta2: a number of at least 0 and below 1, got 1', adamw, [0.1, { beta2: 1 }]],
    ['epsilon: a number of at least 0, got NaN', adam, [0.1, { epsilon: Number.NaN }]],
    ['weightDecay: a number of at least 0, got null', adam, [0.1, { weightDecay: null }]],
    // It is 1 in float32, which the engines use.
    ['averaging: a number of at least 0 and below 1, got 0.99999999', sgd, [0.1, { averaging: 0.99999999 }]],
    ['only the options momentum, weightDecay and averaging, got nesterov', sgd, [0.1, { nesterov: true }]],
    [
      'only the options beta1, beta2, epsilon, weightDecay and averaging, got betas',
      adam,
      [0.1, { betas: [] }],
    ],
  ];
  it.each(calls)('are checked: %s', (message, make, args) => {
    expect(() => make(...args)).toThrow(`cannot use the optimizer ${make.name}: expected ${message}`);
  });

  it('are checked in a training, too', async () => {
    const network = resolveNetwork(UNEVEN);
    const test = { count: 1, images: new Uint8Array(63), labels: new Uint16Array(1) };
    const job = {
      network,
      data: { train: test, test },
      engine: referenceEngine(),
      epochs: 1,
      batchSize: 1,
      seed: 1,
    };
    const optimizer = { ...adam(), beta1: 2 };
    await expect(train({ ...job, optimizer })).rejects.toThrow(/beta1: .* got 2/);
  });

  it('excludes by its types an option that no optimizer has', () => {
    // @ts-expect-error: betas are two options
    expect(() => adam(0.1, { betas: [0.5, 0.9] })).toThrow();
    // @ts-expect-error: sgd has no beta1
    expect(() => sgd(0.1, { beta1: 0.5 })).toThrow();
    // @ts-expect-error: the learning rate is a number
    expect(() => sgd({ learningRate: 0.1 })).toThrow();
  });
});

type GoldenRun = (typeof runs)[number];

// The other engines take half a second for a step of TinyVGG. There, the optimizers update v1, and one of them TinyVGG, too.
const fewerRuns = [...runs.filter(({ model }) => model === 'v1'), ...runs.slice(-1)];

describe('on engine cpu', () => onEngine('cpu', runs));
describe.each(['reference', 'tfjs', ...Object.keys(withGpu({ webgpu: true }))])(
  'on engine %s',
  { tags: ['slow'] },
  (device) => onEngine(device, fewerRuns),
);

function onEngine(device: string, runs: GoldenRun[]): void {
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
