/** @file The schedules' curves, and the learning rate of a step on every engine. */
import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { adam, sgd } from '../../../train/engine/optimizer.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { cosine } from '../../../train/training/schedule.ts';
import { easyData } from '../../fixtures/easy.ts';
import { withGpu } from '../../support/gpu.ts';

describe('cosine', () => {
  const steps = Array.from({ length: 1000 }, (_, step) => cosine(step / 1000));

  it('rises from above 0 to 1, then falls to almost 0', () => {
    expect(steps[0]).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeCloseTo(1, 5);
    expect(steps.at(-1)).toBeGreaterThan(0);
    expect(steps.at(-1)).toBeLessThan(1e-5);
    const peak = steps.indexOf(Math.max(...steps));
    for (let i = 1; i < 1000; i++) {
      if (i <= peak) expect(steps[i]).toBeGreaterThan(steps[i - 1]);
      else expect(steps[i]).toBeLessThan(steps[i - 1]);
    }
  });

  it('equals PyTorch’s CosineAnnealingLR after the rise', () => {
    // torch 1.13: CosineAnnealingLR(SGD([w], lr=1), T_max=95), the rate after 0, 10, 40, 94 steps.
    const expected = { 0: 1, 10: 0.9729086, 40: 0.6227427, 94: 0.0002734 };
    for (const [step, rate] of Object.entries(expected)) {
      expect(cosine(0.05 + Number(step) / 100)).toBeCloseTo(rate, 6);
    }
  });
});

const NAME = 'the learning rate of a step, on engine %s';
describe.each(['reference', 'tfjs', 'cpu'])(NAME, onEngine);
describe.each(Object.keys(withGpu({ webgpu: true })))(NAME, { tags: ['slow'] }, onEngine);

function onEngine(device: string): void {
  it.each([sgd(0.1), sgd(0.1, { momentum: 0.9 }), adam(0.01)])(
    'replaces the learning rate of the optimizer ($kind, momentum $momentum)',
    async (optimizer) => {
      const engine = await openEngine(device, { allowSoftwareAdapter: true });
      const network = resolveNetwork(modelSpec('v1'));
      const batch = easyData(20).train;
      const start = initialWeights(network, Generator.seeded(1));
      const trained = async (own: number, given?: number) => {
        const session = await engine.open(network, start, { ...optimizer, learningRate: own });
        for (let i = 0; i < 3; i++) session.step(batch, given === undefined ? {} : { learningRate: given });
        const weights = await session.weights();
        session.close();
        return weights;
      };
      expect(await trained(0.5, 0.02)).toEqual(await trained(0.02));
      expect(await trained(0.5, 0.02)).not.toEqual(await trained(0.5));
    },
  );
}
