import { describe, expect, it } from 'vitest';
import {
  conv2d,
  flatten,
  linear,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
} from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import { type CpuOptions, cpuEngine } from '../../../train/engine/cpu/cpu.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { referenceEngine } from '../../../train/engine/reference.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { Generator } from '../../../train/random.ts';
import { expectSuccess, runNode } from '../../support/command.ts';
import { randomBatch } from './random-batch.ts';

/** Returns the largest absolute difference between two lists of lists. */
function largestDifference(a: Iterable<ArrayLike<number>>, b: Iterable<ArrayLike<number>>): number {
  const [x, y] = [a, b].map((lists) => [...lists].flatMap((list) => Array.from(list)));
  expect(x.length).toBe(y.length);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i])), 0);
}

const tinyvgg = resolveNetwork(modelSpec('tinyvgg'));

function batches(network: Network, sizes: number[]): Batch[] {
  const noise = Generator.seeded(11);
  return sizes.map((size) => randomBatch(network, size, noise));
}

const SIZES = [32, 32, 33, 5, 64, 1];

async function trained(network: Network, options: CpuOptions, sizes = SIZES) {
  return trainedOn(await cpuEngine(options), network, sizes);
}

/** Returns weights, losses and logits after a few steps. */
async function trainedOn(engine: Engine, network: Network, sizes: number[]) {
  const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), sgd(0.1));
  const work = batches(network, sizes);
  for (const batch of work) session.step(batch);
  const result = {
    losses: await session.losses(),
    weights: await session.weights(),
    logits: await session.logits(work[0].images, sizes[0]),
  };
  session.close();
  return result;
}

/** Layers with kernels for their shape and for any shape in turn, large enough for several threads. */
const mixed = resolveNetwork({
  name: 'mixed',
  input: [1, 28, 28],
  modules: {
    a: [conv2d(1, 8, 5, { padding: 2 }), relu(), conv2d(8, 8, 3, { padding: 1 }), relu(), maxPool2d(2)],
    b: [conv2d(8, 8, 3, { stride: 2 }), relu(), maxPool2d(3, { stride: 1 }), flatten(), linear(128, 10)],
  },
});

/** Only convolutions without padding, and pooling of an odd size. */
const unpadded = resolveNetwork({
  ...modelSpec('tinyvgg', { input: [3, 18, 18], padding: 'none' }),
  name: 'unpadded',
});

describe('the cpu engine', () => {
  it.each([
    { network: tinyvgg, kernels: 'winograd' },
    { network: tinyvgg, kernels: 'relaxed' },
    { network: tinyvgg, kernels: 'simd' },
    { network: mixed, kernels: 'winograd' },
    { network: unpadded, kernels: 'winograd' },
  ] as const)(
    'computes the same bits on 1, 2, 3 and 4 threads: $network.name, $kernels',
    async ({ network, kernels }) => {
      const expected = await trained(network, { threads: 1, kernels });
      for (const threads of [2, 3, 4]) expect(await trained(network, { threads, kernels })).toEqual(expected);
    },
  );

  it('computes the same bits when small and large batches follow each other and threads wake late', async () => {
    const noise = Generator.seeded(3);
    const sizes = Array.from(
      { length: 200 },
      () => 1 + (noise.random() % (noise.random() % 3 === 0 ? 60 : 8)),
    );
    const expected = await trained(unpadded, { threads: 1 }, sizes);
    expect(await trained(unpadded, { threads: 7 }, sizes)).toEqual(expected);
  });

  describe.each([tinyvgg, mixed, unpadded])('on $name', (network) => {
    it.each([
      { level: 'simd', name: /with SIMD/ },
      { level: 'relaxed', below: 'simd', name: /with relaxed SIMD/ },
      { level: 'winograd', below: 'relaxed', name: /Winograd/ },
    ] as const)(
      'computes with $level kernels the results of the next slower kernels, within rounding',
      async (level) => {
        const options = { kernels: level.level };
        expect((await cpuEngine(options)).description).toMatch(level.name);
        const below = 'below' in level ? await cpuEngine({ kernels: level.below }) : referenceEngine();
        const sizes = [8, 5, 1];
        const [got, expected] = [
          await trained(network, options, sizes),
          await trainedOn(below, network, sizes),
        ];
        expect(largestDifference([got.losses], [expected.losses])).toBeLessThan(1e-6);
        expect(largestDifference(got.weights.values(), expected.weights.values())).toBeLessThan(1e-6);
        expect(largestDifference([got.logits], [expected.logits])).toBeLessThan(1e-5);
      },
    );
  });

  it.each([
    { channels: 8, height: 2, width: 2 },
    { channels: 9, height: 4, width: 10 },
    // An image of whole blocks of vectors, so that what Winograd's convolution writes past it is in no block.
    { channels: 8, height: 24, width: 20 },
    { channels: 11, height: 26, width: 14 },
    { channels: 8, height: 40, width: 6 },
    // Large enough for Winograd's convolution in the forward pass and for the gradient of the filter.
    { channels: 8, height: 4, width: 200 },
    { channels: 9, height: 30, width: 28 },
    { channels: 11, height: 34, width: 30, padding: 0 },
    { channels: 8, height: 36, width: 42, padding: 0 },
  ])(
    'computes the same gradients with Winograd’s convolution as directly: $channels channels of $height×$width',
    async (shape) => {
      const { channels, height, width, padding = 1 } = shape;
      // The last two convolutions have no ReLU between them, which would hide what a kernel writes past the image.
      const middle = [
        ...[conv2d(8, channels, 3, { padding }), relu()],
        ...[conv2d(channels, 8, 3, { padding }), conv2d(8, 8, 3, { padding })],
      ];
      // What three convolutions without padding take from an edge.
      const border = padding === 0 ? 6 : 0;
      const network = resolveNetwork({
        name: 'middle',
        input: [1, height, width],
        modules: {
          a: [conv2d(1, 8, 3, { padding: 1 }), ...middle, maxPool2d(2), flatten()],
          b: [linear(2 * (height - border) * (width - border), 10)],
        },
      });
      const sizes = [6, 5];
      const [got, expected] = [
        await trained(network, { kernels: 'winograd' }, sizes),
        await trained(network, { kernels: 'relaxed' }, sizes),
      ];
      expect(largestDifference([got.losses], [expected.losses])).toBeLessThan(1e-6);
      expect(largestDifference(got.weights.values(), expected.weights.values())).toBeLessThan(1e-6);
      expect(largestDifference([got.logits], [expected.logits])).toBeLessThan(1e-5);
    },
  );

  it('accepts batches of any size in any order, for training and for inference', async () => {
    const sizes = [1, 257, 3, 32, 600];
    const { losses } = await trained(resolveNetwork(modelSpec('v1')), {}, sizes);
    expect(losses.length).toBe(sizes.length);
    const session = await (await cpuEngine()).open(
      tinyvgg,
      initialWeights(tinyvgg, Generator.seeded(1)),
      sgd(0),
    );
    const [{ images }] = batches(tinyvgg, [600]);
    const all = await session.logits(images, 600);
    expect(await session.logits(images.subarray(599 * 784), 1)).toEqual(all.slice(5990));
    session.close();
  });

  it('lets the process exit with open and with closed sessions', async () => {
    const script = `
      const { cpuEngine } = await import('./train/engine/cpu/cpu.ts');
      const { sgd } = await import('./train/engine/optimizer.ts');
      const { resolveNetwork } = await import('./shared/model/spec.ts');
      const { modelSpec } = await import('./train/model/zoo.ts');
      const { initialWeights } = await import('./train/model/initialize.ts');
      const { Generator } = await import('./train/random.ts');
      const network = resolveNetwork(modelSpec('tinyvgg'));
      const engine = await cpuEngine({ threads: 3 });
      const open = () => engine.open(network, initialWeights(network, Generator.seeded(1)), sgd(0.1));
      const [closed, left] = [await open(), await open()];
      for (const session of [closed, left]) session.step({ images: new Uint8Array(32 * 784), labels: new Uint16Array(32) });
      closed.close();`;
    await expectSuccess(runNode(['--input-type=module', '-e', script]));
  });
});
