/** @file The device that `auto` means: the CPU, unless a graphics card takes less time for the very steps that are asked for. */
import type { Network } from '#shared/model/spec.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import type { Engine } from './engine.ts';
import type { Optimizer } from './optimizer.ts';
import { madeUp } from './self-test.ts';

/** What will be trained. */
export interface Workload {
  networks: readonly Network[];
  optimizer: Optimizer;
  batchSize: number;
}

/** Milliseconds of measuring a network's steps, and how many are between two reads of losses. */
const MEASURE = 300;
const STEPS = 8;

/** The fastest engine for a step of each network. */
export async function fastest(
  engines: readonly Engine[],
  workload: Workload,
  log: (line: string) => void,
): Promise<Engine> {
  const measured: { engine: Engine; time: number }[] = [];
  for (const engine of engines) {
    try {
      measured.push({ engine, time: await stepTime(engine, workload) });
    } catch (error) {
      log(`Device ${engine.name} is left out: ${error instanceof Error ? error.message : error}`);
    }
  }
  const [best, ...others] = measured.toSorted((a, b) => a.time - b.time);
  const told = [best, ...others].map(({ engine, time }) => `${engine.name} ${time.toFixed(1)}`).join(', ');
  const names = workload.networks.map(({ name }) => name).join(', ');
  log(`Device ${best.engine.name}: ms for ${workload.batchSize} images through ${names}: ${told}.`);
  return best.engine;
}

/** Milliseconds of a step, summed over the networks, once it is proven and warm. */
async function stepTime(engine: Engine, { networks, optimizer, batchSize }: Workload): Promise<number> {
  let sum = 0;
  for (const network of networks) {
    await engine.prove?.(network, optimizer, batchSize);
    const { images, labels, count } = madeUp(network, batchSize);
    const session = await engine.open(network, initialWeights(network, Generator.seeded(1)), optimizer);
    try {
      const source = { split: { images, labels, count }, indices: new Uint32Array(count).map((_, i) => i) };
      const steps = async () => {
        for (let i = 0; i < STEPS; i++) session.step({ images, labels, source });
        await session.losses();
      };
      await steps();
      const start = performance.now();
      let rounds = 0;
      for (; performance.now() - start < MEASURE; rounds++) await steps();
      sum += (performance.now() - start) / rounds / STEPS;
    } finally {
      session.close();
    }
  }
  return sum;
}
