/** @file The contract of an engine, tested on all engines. */
import { beforeAll, describe, expect, it } from 'vitest';
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
import type { Engine } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { LAB_MODELS, modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { GOLDEN } from '../../fixtures/pytorch.ts';
import { describeWithData } from '../../support/data.ts';
import { exactLoss } from '../../support/exact-loss.ts';
import { expectClose } from '../../support/expect-close.ts';
import {
  describeEngines,
  finiteDifference,
  isSlow,
  noisyBatch,
  randomTargets,
  seededWeights,
} from './contract.ts';
import { BASIC_NETWORKS, NETWORKS } from './networks.ts';

/** The expected result of an engine's first step on each network. */
const EXPECTED = NETWORKS.map((spec) => {
  const network = resolveNetwork(spec);
  const weights = seededWeights(network);
  const batch = noisyBatch(network, 3);
  const gradients = network.parameters.flatMap(({ name }) => {
    const { length } = weights.get(name) as Float32Array;
    const indices = Array.from({ length }, (_, i) => i).filter(
      (i) => i % (1 + Math.floor(length / 12)) === 0,
    );
    return indices.map((i) => ({ name, i, gradient: finiteDifference(network, weights, batch, name, i) }));
  });
  return { name: spec.name, network, weights, batch, loss: exactLoss(network, weights, batch), gradients };
});

describeEngines((open, engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  // A GPU on the CPU takes seconds to compile the kernels of a network.
  const { length } = engineName === 'webgpu' ? BASIC_NETWORKS : NETWORKS;
  describe.each(EXPECTED.slice(0, length))(
    'on a network with $name',
    ({ network, weights, batch, loss, gradients }) => {
      it('computes the gradient that finite differences give', async () => {
        // With learning rate 1, a step subtracts the gradient itself.
        const session = await engine.open(network, weights, sgd(1));
        session.step(batch);
        expect((await session.losses())[0]).toBeCloseTo(loss, 5);
        const stepped = await session.weights();
        session.close();
        for (const { name, i, gradient } of gradients) {
          const [before, after] = [weights, stepped].map((values) => values.get(name)?.[i] ?? Number.NaN);
          expect(before - after, `${name}[${i}]`).toBeCloseTo(gradient, 5);
        }
      });

      it('computes the same logits for an image in batches of any size', async () => {
        const session = await engine.open(network, weights, sgd(1));
        const classes = network.output[0];
        const pixels = sizeOf(network.input);
        const { images } = noisyBatch(network, 33);
        const all = await session.logits(images, 33);
        for (const size of [1, 2, 7, 16, 31, 32]) {
          const some = await session.logits(images.subarray(0, size * pixels), size);
          expect(some.length).toBe(size * classes);
          expectClose(some, all.subarray(0, size * classes), 1e-5);
        }
        session.close();
      });
    },
  );

  /** Compares the losses of steps with the learning rate 0, after which the weights are as before. */
  async function expectExactLosses(network: Network, batches: Batch[]): Promise<void> {
    const weights = seededWeights(network);
    const session = await engine.open(network, weights, sgd(0));
    for (const batch of batches) session.step(batch);
    const losses = await session.losses();
    session.close();
    expect(losses.length).toBe(batches.length);
    for (const [i, batch] of batches.entries())
      expect(losses[i], `${batch.labels.length} images`).toBeCloseTo(exactLoss(network, weights, batch), 5);
  }

  it('computes the mean loss of a batch of 1 to 33 images', async () => {
    const network = resolveNetwork(NETWORKS[1]);
    const batches = Array.from({ length: 33 }, (_, i) => noisyBatch(network, i + 1));
    await expectExactLosses(network, batches);
  });

  it('computes a ReLU directly behind a flatten, for any input', async () => {
    const modules = { a: [conv2d(1, 3, 3), flatten(), relu(), linear(48, 4)] };
    const network = resolveNetwork({ name: 'ReLU behind flatten', input: [1, 6, 6], modules });
    const batches = Array.from({ length: 20 }, (_, seed) => {
      const random = Generator.seeded(seed);
      const images = Uint8Array.from({ length: 4 * 36 }, () => random.random() & 0xff);
      return { images, labels: Uint16Array.of(0, 1, 2, 3) };
    });
    await expectExactLosses(network, batches);
  });

  it('learns more classes than a byte can count', async () => {
    const modules = { a: [flatten(), linear(4, 700)] };
    const network = resolveNetwork({ name: '700 classes', input: [1, 2, 2], modules });
    const images = Uint8Array.from({ length: 20 }, (_, i) => 12 * i);
    await expectExactLosses(network, [{ images, labels: Uint16Array.of(0, 255, 256, 511, 699) }]);
  });

  it('returns the weights of a new session unchanged, also after steps of another session', async () => {
    const network = resolveNetwork(NETWORKS[3]);
    const weights = seededWeights(network);
    const copy = structuredClone(weights);
    const [one, other] = [
      await engine.open(network, weights, sgd(0.5)),
      await engine.open(network, weights, sgd(0.5)),
    ];
    one.step(noisyBatch(network, 4));
    expect(await other.weights()).toEqual(copy);
    expect(weights).toEqual(copy);
    one.close();
    expect(await other.weights()).toEqual(copy);
    other.close();
  });

  it('reads a batch before step returns, and returns the losses in order', async () => {
    const network = resolveNetwork(NETWORKS[0]);
    const batches = [4, 2, 3].map((size) => ({
      ...noisyBatch(network, size),
      targets: randomTargets(network, size),
    }));
    const expected = await engine.open(network, seededWeights(network), sgd(0.1));
    const losses: number[] = [];
    for (const batch of batches) {
      expected.step(batch);
      losses.push(...(await expected.losses()));
    }
    const session = await engine.open(network, seededWeights(network), sgd(0.1));
    for (const { images, labels, targets } of batches) {
      const reused = { images: images.slice(), labels: labels.slice(), targets: targets.slice() };
      session.step(reused);
      reused.images.fill(0);
      reused.labels.fill(0);
      reused.targets.fill(0);
    }
    expect(await session.losses()).toEqual(losses);
    expect(await session.losses()).toEqual([]);
    expected.close();
    session.close();
  });

  it('gives the gradient of a pooling window to its first maximum', async () => {
    // On a flat image every window has a tie. The loss weighs positions differently, so the weights after the step depend on the pixel that received the gradient.
    const network = resolveNetwork({
      name: 'ties',
      input: [1, 4, 4],
      modules: { a: [conv2d(1, 1, 3, { padding: 1 }), maxPool2d(2, { stride: 1 }), flatten(), linear(9, 2)] },
    });
    const weights = seededWeights(network);
    const batch = { images: new Uint8Array(16).fill(200), labels: Uint16Array.of(1) };
    const reference = await (await openEngine('reference')).open(network, weights, sgd(1));
    const session = await engine.open(network, weights, sgd(1));
    reference.step(batch);
    session.step(batch);
    const [expected, got] = [await reference.weights(), await session.weights()];
    for (const [name, values] of expected) expectClose(got.get(name) as Float32Array, values, 1e-6);
    session.close();
  });

  describeWithData('on Fashion-MNIST', (data) => {
    // A seed decides the weights and the batches, which the engines do not draw.
    const goldens = isSlow(engineName) ? GOLDEN.slice(0, 1) : GOLDEN;
    describe.each(goldens)('at seed $seed', ({ seed, firstLosses }) => {
      it.each(LAB_MODELS)('has PyTorch’s losses in the first steps of %s, within 1e-4', async (name) => {
        const network = resolveNetwork(modelSpec(name));
        const session = await engine.open(network, seededWeights(network, seed), sgd(0.1));
        const loader = new Loader(data().train, {
          batchSize: 32,
          shuffle: true,
          generator: Generator.seeded(seed),
        });
        // The other engines take a second or more for a step of TinyVGG.
        const steps = engine.name === 'cpu' || name !== 'tinyvgg' ? 20 : 5;
        for (const batch of loader.epoch().take(steps)) session.step(batch);
        expectClose(await session.losses(), firstLosses[name].slice(0, steps), 1e-4);
        session.close();
      });
    });
  });
});
