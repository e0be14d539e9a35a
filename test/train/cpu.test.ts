import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cpuEngine } from '../../train/engine/cpu/cpu.ts';
import type { Batch } from '../../train/engine/engine.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import {
  conv2d,
  flatten,
  linear,
  type Network,
  resolveNetwork,
  sizeOf,
  type Weights,
} from '../../train/model/spec.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';

const tinyvgg = resolveNetwork(modelSpec('tinyvgg'));

function batches(network: Network, sizes: number[]): Batch[] {
  const noise = Generator.seeded(11);
  return sizes.map((size) => ({
    images: Uint8Array.from({ length: size * sizeOf(network.input) }, () => noise.random() & 0xff),
    labels: Uint8Array.from({ length: size }, () => noise.random() % network.output[0]),
  }));
}

/** Weights, losses and logits after a few steps. */
async function trained(
  network: Network,
  options: Parameters<typeof cpuEngine>[0],
  sizes = [32, 32, 33, 5, 64, 1],
) {
  const engine = await cpuEngine(options);
  const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), {
    learningRate: 0.1,
  });
  const work = batches(network, sizes);
  for (const batch of work) session.step(batch);
  const result = {
    engine: session.engine,
    losses: await session.losses(),
    weights: await session.weights(),
    logits: await session.logits(work[0].images, 32),
  };
  session.close();
  return result;
}

describe('the cpu engine', () => {
  it('gives the same bits on 1, 2, 3 and 4 threads', async () => {
    const expected = await trained(tinyvgg, { threads: 1 });
    for (const threads of [2, 3, 4]) expect(await trained(tinyvgg, { threads })).toEqual(expected);
  });

  it('gives the same within rounding without relaxed SIMD', async () => {
    const [relaxed, plain] = [await trained(tinyvgg, {}), await trained(tinyvgg, { relaxed: false })];
    expect((await cpuEngine({ relaxed: false })).description).not.toMatch(/relaxed/);
    const worst = (a: Weights, b: Weights) =>
      Math.max(
        ...[...a].flatMap(([name, values]) =>
          [...values].map((value, i) => Math.abs(value - (b.get(name)?.[i] ?? Number.NaN))),
        ),
      );
    expect(worst(relaxed.weights, plain.weights)).toBeLessThan(1e-5);
  });

  it('takes batches of any size in any order, and reads as many images as it is asked for', async () => {
    const sizes = [1, 257, 3, 32, 600];
    const { losses } = await trained(resolveNetwork(modelSpec('v1')), {}, sizes);
    expect(losses.length).toBe(sizes.length);
    const session = await (await cpuEngine()).open(tinyvgg, initialWeights(tinyvgg, Generator.seeded(1)), {
      learningRate: 0,
    });
    const [{ images }] = batches(tinyvgg, [600]);
    const all = await session.logits(images, 600);
    expect(await session.logits(images.subarray(599 * 784), 1)).toEqual(all.slice(5990));
    session.close();
  });

  it('says which layer it has no kernel for, and computes it all the same', async () => {
    const network = resolveNetwork({
      name: 'five',
      input: [1, 8, 8],
      modules: { a: [conv2d(1, 2, 5), flatten(), linear(32, 3)] },
    });
    const lines: string[] = [];
    const { losses, engine } = await trained(network, { log: (line) => lines.push(line) }, [4]);
    expect(engine).toBe('reference');
    expect(lines).toEqual([
      'No fast kernel for a.0: a convolution other than 3×3 with stride 1 and padding 1: five runs on the reference engine.',
    ]);
    expect(losses[0]).toBeGreaterThan(0);
  });

  it('lets the process end, whether its sessions were closed or not', { timeout: 20_000 }, async () => {
    const script = `
      const { cpuEngine } = await import('./train/engine/cpu/cpu.ts');
      const { resolveNetwork } = await import('./train/model/spec.ts');
      const { modelSpec } = await import('./train/model/zoo.ts');
      const { initialWeights } = await import('./train/model/initialize.ts');
      const { Generator } = await import('./train/random.ts');
      const network = resolveNetwork(modelSpec('tinyvgg'));
      const engine = await cpuEngine({ threads: 3 });
      const open = () => engine.open(network, initialWeights(network, Generator.seeded(1)), { learningRate: 0.1 });
      const [closed, left] = [await open(), await open()];
      for (const session of [closed, left]) session.step({ images: new Uint8Array(32 * 784), labels: new Uint8Array(32) });
      closed.close();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 15_000 });
  });
});
