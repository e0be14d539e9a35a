/**
 * @file Tests the cpu engine's convolutions and poolings of random shapes against the reference engine.
 * @module-tag slow
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseKernels } from '../../../shared/kernels/choose.ts';
import { CONV2D_WINOGRAD } from '../../../shared/kernels/constants.ts';
import {
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  type Network,
  type Padding,
  relu,
  resolveNetwork,
  type Shape,
  sizeOf,
} from '../../../shared/model/spec.ts';
import { cpuEngine } from '../../../train/engine/cpu/cpu.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';
import { randomBatch } from './random-batch.ts';

/** Largest accepted difference. Rounding alone reached 1.3e-5 in 1,600 random networks; a wrong weight differs by 1e-3 or more. */
const ROUNDING = 5e-5;

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

/** Returns the losses of two steps, the weights after them, and logits, as one list. */
async function resultsOf(engine: Engine, network: Network, size: number): Promise<number[]> {
  const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), sgd(0.01));
  const batch = randomBatch(network, size, Generator.seeded(7));
  for (let i = 0; i < 2; i++) session.step(batch);
  const values = [
    await session.losses(),
    ...(await session.weights()).values(),
    await session.logits(batch.images, size),
  ];
  session.close();
  return values.flatMap((list) => [...list]);
}

/** Returns the largest difference between two lists of results, relative to values above 1. */
function largestDifference(got: number[], expected: number[]): number {
  expect(got.length).toBe(expected.length);
  return got.reduce((most, value, i) => {
    const other = expected[i] as number;
    return Math.max(most, Math.abs(value - other) / Math.max(1, Math.abs(other)));
  }, 0);
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
          expect(largestDifference(got, expected)).toBeLessThan(ROUNDING);
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

/** Convolutions that Winograd's convolution computes in tiles of 4×4, with sizes that are no multiple of a tile, a vector or a block. */
const TILED: { input: Shape; channels: number; kernelSize: number; stride: number; padding: Padding }[] = [
  { input: [32, 12, 13], channels: 33, kernelSize: 3, stride: 1, padding: 1 },
  { input: [33, 12, 11], channels: 32, kernelSize: 3, stride: 1, padding: 0 },
  { input: [16, 25, 12], channels: 16, kernelSize: 5, stride: 1, padding: 2 },
  { input: [17, 16, 17], channels: 18, kernelSize: 5, stride: 1, padding: 0 },
  { input: [18, 93, 12], channels: 17, kernelSize: 5, stride: 1, padding: 'same' },
  { input: [24, 13, 12], channels: 21, kernelSize: 7, stride: 1, padding: 3 },
  { input: [20, 12, 12], channels: 40, kernelSize: 6, stride: 1, padding: 'same' },
  { input: [9, 21, 19], channels: 10, kernelSize: 4, stride: 1, padding: 'same' },
  { input: [10, 12, 58], channels: 9, kernelSize: 7, stride: 1, padding: 3 },
  { input: [16, 11, 64], channels: 17, kernelSize: 7, stride: 1, padding: 3 },
  { input: [17, 30, 14], channels: 18, kernelSize: 9, stride: 1, padding: 4 },
  { input: [16, 31, 34], channels: 17, kernelSize: 9, stride: 2, padding: 1 },
  { input: [16, 24, 23], channels: 19, kernelSize: 5, stride: 2, padding: 2 },
  { input: [16, 50, 43], channels: 22, kernelSize: 11, stride: 4, padding: 2 },
];

describe.each(TILED)(
  'the cpu engine on a filter of $kernelSize×$kernelSize, input $input, $channels channels, stride $stride, padding $padding',
  ({ input, channels, kernelSize, ...options }) => {
    // The convolution in question is the second layer, so that the gradient of its input counts, too.
    const [first, ...edges] = input;
    const convolution = conv2d(first as number, channels, kernelSize, options);
    const layers = [conv2d(2, first as number, 1), relu(), convolution, relu(), maxPool2d(2)];
    const part = resolveNetwork({ name: 'part', input: [2, ...edges], modules: { a: layers } });
    const network = resolveNetwork({
      ...{ name: 'tiled', input: part.input },
      modules: { a: [...layers, flatten(), linear(sizeOf(part.output), 4)] },
    });

    it('computes the losses, weights and logits of the reference engine', async () => {
      const kernels = chooseKernels(network, 'winograd').map(({ kernel }) => kernel);
      expect(kernels[1]).toBe(CONV2D_WINOGRAD);
      const expected = await resultsOf(referenceEngine(), network, 3);
      expect(largestDifference(await resultsOf(await cpuEngine(), network, 3), expected)).toBeLessThan(
        ROUNDING,
      );
    });

    it('computes the same bits on 1, 2 and 3 threads', async () => {
      const [expected, ...others] = await Promise.all(
        [1, 2, 3].map(async (threads) => resultsOf(await cpuEngine({ threads }), network, 9)),
      );
      for (const got of others) expect(got).toEqual(expected);
    });
  },
);
