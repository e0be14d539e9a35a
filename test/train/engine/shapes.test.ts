/** @file Tests the cpu engine's convolutions and poolings of random shapes against the reference engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  sizeOf,
} from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import { cpuEngine } from '../../../train/engine/cpu/cpu.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';

/** Sizes of a layer, which `networkOf` reduces to what fits its input. */
interface Sizes {
  kind: 'conv2d' | 'maxPool2d';
  channels: number;
  kernelSize: number;
  stride: number;
  padding: number | 'same';
  relu: boolean;
}

const SIZES: fc.Arbitrary<Sizes> = fc.record({
  kind: fc.constantFrom('conv2d', 'conv2d', 'maxPool2d'),
  channels: fc.integer({ min: 1, max: 13 }),
  kernelSize: fc.integer({ min: 1, max: 7 }),
  stride: fc.constantFrom(1, 1, 1, 2, 3, 4),
  padding: fc.constantFrom<number | 'same'>(0, 1, 2, 3, 4, 'same'),
  relu: fc.boolean(),
});

const NETWORK = fc
  .record({
    input: fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 30 }),
    ),
    layers: fc.array(SIZES, { minLength: 1, maxLength: 4 }),
  })
  .map(({ input, layers }) => networkOf(input, layers));

function networkOf(input: readonly [number, number, number], sizes: Sizes[]): Network {
  const layers: Layer[] = [];
  let shape: readonly number[] = input;
  for (const each of sizes) {
    const [channels = 1, ...edges] = shape;
    const kernelSize = Math.min(each.kernelSize, ...edges);
    const stride = each.padding === 'same' ? 1 : each.stride;
    layers.push(
      each.kind === 'conv2d'
        ? conv2d(channels, each.channels, kernelSize, { stride, padding: each.padding })
        : maxPool2d(kernelSize, { stride }),
    );
    if (each.relu) layers.push(relu());
    shape = resolveNetwork({ name: 'part', input, modules: { a: layers } }).output;
  }
  const modules = { a: [...layers, flatten(), linear(sizeOf(shape), 4)] };
  return resolveNetwork({ name: 'random', input, modules });
}

function randomBatch(network: Network, size: number): Batch {
  const noise = Generator.seeded(7);
  return {
    images: Uint8Array.from({ length: size * sizeOf(network.input) }, () => noise.random() & 0xff),
    labels: Uint16Array.from({ length: size }, () => noise.random() % 4),
  };
}

/** Returns the losses of two steps, the weights after them, and logits, as one list. */
async function resultsOf(engine: Engine, network: Network, size: number): Promise<number[]> {
  const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), sgd(0.01));
  const batch = randomBatch(network, size);
  for (let i = 0; i < 2; i++) session.step(batch);
  const values = [
    await session.losses(),
    ...(await session.weights()).values(),
    await session.logits(batch.images, size),
  ];
  session.close();
  return values.flatMap((list) => [...list]);
}

describe('the cpu engine on networks of random shapes', () => {
  it.each(['simd', 'relaxed', 'winograd'] as const)(
    'computes with %s kernels the losses, weights and logits of the reference engine',
    async (kernels) => {
      const engine = await cpuEngine({ kernels, threads: 1 });
      await fc.assert(
        fc.asyncProperty(NETWORK, fc.integer({ min: 1, max: 6 }), async (network, size) => {
          const expected = await resultsOf(referenceEngine(), network, size);
          const got = await resultsOf(engine, network, size);
          expect(got.length).toBe(expected.length);
          const worst = Math.max(...got.map((value, i) => Math.abs(value - (expected[i] as number))));
          expect(worst).toBeLessThan(1e-5);
        }),
        { numRuns: 60 },
      );
    },
  );

  it('computes the same bits on 1, 2 and 3 threads', async () => {
    const [one, two, three] = await Promise.all([1, 2, 3].map((threads) => cpuEngine({ threads })));
    await fc.assert(
      fc.asyncProperty(NETWORK, fc.integer({ min: 5, max: 12 }), async (network, size) => {
        const expected = await resultsOf(one as Engine, network, size);
        for (const engine of [two, three]) {
          expect(await resultsOf(engine as Engine, network, size)).toEqual(expected);
        }
      }),
      { numRuns: 12 },
    );
  });
});
