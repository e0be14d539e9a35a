/** @file The engines of the contract, random examples for them, and the gradients that their results are compared with. */
import { describe } from 'vitest';
import type { Network, Weights } from '../../../shared/model/spec.ts';
import type { Batch } from '../../../train/dataset/batch.ts';
import { cpuEngine } from '../../../train/engine/cpu/cpu.ts';
import type { Engine } from '../../../train/engine/engine.ts';
import { openEngine } from '../../../train/engine/open.ts';
import { initialWeights } from '../../../train/model/initialize.ts';
import { Generator } from '../../../train/random.ts';
import { exactLoss } from '../../support/exact-loss.ts';
import { withGpu } from '../../support/gpu.ts';
import { randomBatch } from './random-batch.ts';

// Only the first cpu engine has several threads: to start them takes longer than most of these tests.
const CPU_ENGINES = {
  cpu: () => openEngine('cpu'),
  'cpu with direct gradients': () => cpuEngine({ kernels: 'relaxed', threads: 1 }),
  'cpu without relaxed SIMD': () => cpuEngine({ kernels: 'simd', threads: 1 }),
};
const SLOW_ENGINES = {
  reference: () => openEngine('reference'),
  tfjs: () => openEngine('tfjs'),
  ...withGpu({ webgpu: () => openEngine('webgpu', { allowSoftwareAdapter: true }) }),
};

/** Declares a suite for each engine. */
export function describeEngines(contract: (open: () => Promise<Engine>, name: string) => void): void {
  describe.each(Object.entries(CPU_ENGINES))('engine %s', (name, open) => contract(open, name));
  describe.each(Object.entries(SLOW_ENGINES))('engine %s', { tags: ['slow'] }, (name, open) =>
    contract(open, name),
  );
}

export const isSlow = (name: string): boolean => name in SLOW_ENGINES;

// The examples depend on nothing but their number: a process runs several test files, in any order. On some images a step of the finite differences
// would cross a kink of the loss.

/** Returns random images and labels, the same ones for the same network and size. */
export const noisyBatch = (network: Network, size: number): Batch =>
  randomBatch(network, size, Generator.seeded(size));

/** Returns random probabilities, [size, classes], the same ones for the same size. */
export function randomTargets(network: Network, size: number): Float32Array {
  const noise = Generator.seeded(size);
  const classes = network.output[0];
  const rows = Array.from({ length: size }, () => {
    const shares = Array.from({ length: classes }, () => 1 + (noise.random() % 100));
    const sum = shares.reduce((a, b) => a + b, 0);
    return shares.map((share) => share / sum);
  });
  return Float32Array.from(rows.flat());
}

export const seededWeights = (network: Network, seed = 3): Weights =>
  initialWeights(network, Generator.seeded(seed));

/** Returns the central difference of the loss, in double precision. */
export function finiteDifference(
  network: Network,
  weights: Weights,
  batch: Batch,
  name: string,
  index: number,
  smoothing = 0,
): number {
  const step = 1e-5;
  const lossAt = (offset: number) => {
    const moved = new Map<string, ArrayLike<number>>(weights);
    const values = Float64Array.from(weights.get(name) as Float32Array);
    values[index] += offset;
    moved.set(name, values);
    return exactLoss(network, moved, batch, smoothing);
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
}
