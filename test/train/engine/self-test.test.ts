import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { adam, sgd } from '../../../train/engine/optimizer.ts';
import { selfTested } from '../../../train/engine/self-test.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { train } from '../../../train/training/trainer.ts';

const tinyvgg = resolveNetwork(modelSpec('tinyvgg'));
const v0 = resolveNetwork(modelSpec('v0'));
const cpu = await openEngine('cpu');

/** Returns a cpu engine that multiplies the learning rate by `factor`. */
const wrongEngine = (factor: number): Engine =>
  selfTested({
    ...cpu,
    open: (network, weights, optimizer, state) =>
      cpu.open(network, weights, { ...optimizer, learningRate: factor * optimizer.learningRate }, state),
  });

describe('the self-test', () => {
  it.each([sgd(0.1), sgd(0.1, { momentum: 0.9, weightDecay: 0.1 }), adam()])(
    'accepts a correct engine with $kind',
    async (optimizer) => {
      await selfTested(cpu).selfTest?.(tinyvgg, optimizer, 32);
    },
  );

  it.each([1.02, 0, Number.NaN])(
    'rejects an engine whose learning rate is wrong by a factor of %d, and names the tensor',
    async (factor) => {
      const result = wrongEngine(factor).selfTest?.(v0, sgd(0.1), 32);
      await expect(result).rejects.toMatchObject({
        kind: 'device',
        message: expect.stringMatching(/most in (layer_stack\.\d\.|loss of step)/),
      });
    },
  );

  it('stops a training before its first step', async () => {
    const split = { count: 8, images: new Uint8Array(8 * 784), labels: new Uint16Array(8) };
    const job = { data: { train: split, test: split }, epochs: 1, batchSize: 4, seed: 1 };
    const events: string[] = [];
    const training = train(
      { ...job, network: v0, engine: wrongEngine(1.1), optimizer: sgd(0.1) },
      { onEvent: ({ type }) => events.push(type) },
    );
    await expect(training).rejects.toMatchObject({ kind: 'device' });
    expect(events).toEqual([]);
  });
});
