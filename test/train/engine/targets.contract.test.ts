/** @file The contract of an engine for the targets of a batch, and for smoothed labels. */
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { type Batch, oneHot } from '../../../train/dataset/batch.ts';
import { Loader } from '../../../train/dataset/loader.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { Generator } from '../../../train/random.ts';
import { exactLoss } from '../../support/exact-loss.ts';
import { expectClose } from '../../support/expect-close.ts';
import { describeEngines, finiteDifference, noisyBatch, randomTargets, seededWeights } from './contract.ts';
import { NETWORKS } from './networks.ts';

describeEngines((open) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  describe.each(['odd sizes, three convolutions', '3×3 last'])('on a network with %s', (name) => {
    const network = resolveNetwork(NETWORKS.find((spec) => spec.name === name) as (typeof NETWORKS)[0]);
    const weights = seededWeights(network);
    const batch = noisyBatch(network, 3);
    const targets = randomTargets(network, 3);

    it.each([
      ['smoothed labels', batch, 0.3],
      ['targets', { ...batch, targets }, 0],
      ['smoothed targets', { ...batch, targets }, 0.3],
    ])('computes the loss and the gradient of %s', async (_, batch, labelSmoothing) => {
      const session = await engine.open(network, weights, sgd(1));
      session.step(batch, { labelSmoothing });
      expect((await session.losses())[0]).toBeCloseTo(exactLoss(network, weights, batch, labelSmoothing), 5);
      const stepped = await session.weights();
      session.close();
      for (const { name } of network.parameters) {
        const gradient = finiteDifference(network, weights, batch, name, 1, labelSmoothing);
        const [before, after] = [weights, stepped].map((values) => values.get(name)?.[1] ?? Number.NaN);
        if (!Number.isNaN(before)) expect(before - after, name).toBeCloseTo(gradient, 5);
      }
    });
  });

  it('takes the same steps, to the bit, on one-hot targets as on labels', async () => {
    const network = resolveNetwork(NETWORKS[1]);
    for (const labelSmoothing of [0, 0.1]) {
      const batches = [1, 5, 32].map((size) => noisyBatch(network, size));
      const steps = async (batches: Batch[]) => {
        const session = await engine.open(network, seededWeights(network), sgd(0.1, { momentum: 0.9 }));
        for (const batch of batches) session.step(batch, { labelSmoothing });
        const result = [await session.losses(), await session.weights()];
        session.close();
        return result;
      };
      const targets = ({ labels }: Batch) => oneHot(labels, network.output[0]);
      const withTargets = batches.map((batch) => ({ ...batch, targets: targets(batch) }));
      expect(await steps(withTargets)).toEqual(await steps(batches));
    }
  });

  it('learns the targets of each image of a shuffled split', async () => {
    const network = resolveNetwork(NETWORKS[1]);
    const weights = seededWeights(network);
    const split = { count: 23, ...noisyBatch(network, 23), targets: randomTargets(network, 23) };
    const loader = new Loader(split, { batchSize: 5, shuffle: true, generator: Generator.seeded(2) });
    const batches = [...loader.epoch()];
    // With learning rate 0, the weights stay as they are.
    const session = await engine.open(network, weights, sgd(0));
    for (const batch of batches) session.step(batch);
    const expected = batches.map((batch) => exactLoss(network, weights, batch));
    expectClose(await session.losses(), expected, 1e-5);
    session.close();
  });
});
