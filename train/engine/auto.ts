/** @file Measures which engine computes the steps of a training fastest, for the device `auto`. */
import type { Network } from '#shared/model/spec.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import type { Engine } from './engine.ts';
import type { Optimizer } from './optimizer.ts';
import { syntheticSplit } from './self-test.ts';

/** The steps that will be trained. */
export interface Workload {
  networks: readonly Network[];
  optimizer: Optimizer;
  batchSize: number;
}

type Steps = Omit<Workload, 'networks'>;

/** Least time that a network is measured for, in milliseconds. */
const MEASURED_TIME = 300;
/** Time in milliseconds after which the steps of the cpu engine no longer become faster. */
const WARM_UP_TIME = 400;
/** Steps between two reads of the losses. */
const STEPS = 8;

/**
 * Returns the engine that computes one step of each network in the least time.
 * @param log receives the measured times, and why an engine failed
 */
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
      log(`Device ${engine.name} is not used: ${error instanceof Error ? error.message : error}`);
    }
  }
  const [best, ...others] = measured.toSorted((a, b) => a.time - b.time);
  const times = [best, ...others].map(({ engine, time }) => `${engine.name} ${time.toFixed(1)}`).join(', ');
  const names = workload.networks.map(({ name }) => name).join(', ');
  log(
    `Device ${best.engine.name}: ms for a step of ${workload.batchSize} images through ${names}: ${times}.`,
  );
  return best.engine;
}

/** Returns the milliseconds of a step, summed over the networks. Each engine is tested and warmed up before. */
async function stepTime(engine: Engine, { networks, ...workload }: Workload): Promise<number> {
  let sum = 0;
  for (const network of networks) {
    await engine.selfTest?.(network, workload.optimizer, workload.batchSize);
    sum += await timeSteps(engine, network, workload, MEASURED_TIME);
  }
  return sum;
}

/**
 * Trains a network on synthetic images for a while. Threads start and code is compiled meanwhile, which the first of several trainings
 * would otherwise be timed with.
 */
export async function warmUp(engine: Engine, network: Network, workload: Steps): Promise<void> {
  await timeSteps(engine, network, workload, WARM_UP_TIME);
}

/** Trains a network on synthetic images for `time` milliseconds. @returns the milliseconds of a step, without the first steps */
async function timeSteps(
  engine: Engine,
  network: Network,
  { optimizer, batchSize }: Steps,
  time: number,
): Promise<number> {
  const split = syntheticSplit(network, batchSize);
  const batch = {
    ...split,
    source: { split, indices: Uint32Array.from({ length: batchSize }, (_, i) => i) },
  };
  const session = await engine.open(network, initialWeights(network, Generator.seeded(1)), optimizer);
  try {
    const steps = async () => {
      for (let i = 0; i < STEPS; i++) session.step(batch);
      await session.losses();
    };
    await steps();
    const start = performance.now();
    let rounds = 0;
    for (; performance.now() - start < time; rounds++) await steps();
    return (performance.now() - start) / rounds / STEPS;
  } finally {
    session.close();
  }
}
