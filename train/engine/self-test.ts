/**
 * @file The test that an engine on a GPU passes before it trains: cards, drivers and shader compilers differ, and a wrong kernel does not
 * say so. A few steps of the very network and batch size are held against the reference engine.
 */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import { Loader } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import type { Engine } from './engine.ts';
import type { Optimizer } from './optimizer.ts';
import { referenceEngine } from './reference.ts';

/** The second one goes through what the optimizer remembers. */
const STEPS = 2;

/**
 * The most that a loss may differ by, and a tensor's change as a share of its length: ‖w − w′‖ / ‖w′ − initial‖. Rounding that sends a
 * gradient another way through a ReLU or a window makes the cpu engine's 3e-4 at 1024 images.
 */
const TOLERANCE = 5e-3;

/** The engine, with `prove`. */
export function selfTested(engine: Engine): Engine {
  const proven = new Set<string>();
  return {
    ...engine,
    async prove(network, optimizer, batchSize) {
      const key = JSON.stringify([network.layers, optimizer, batchSize]);
      if (proven.has(key)) return;
      const [got, expected] = await Promise.all(
        [engine, referenceEngine()].map((each) => trainBriefly(each, network, optimizer, batchSize)),
      );
      const deviations = [
        ...got.losses.map(
          (loss, i) => [`loss of step ${i + 1}`, Math.abs(loss - expected.losses[i])] as const,
        ),
        ...changeDeviations(got.weights, expected.weights, expected.initial),
      ];
      // What is no number is worst.
      const [what, worst] = deviations.reduce((a, b) => (b[1] <= a[1] || Number.isNaN(a[1]) ? a : b));
      if (!(worst <= TOLERANCE)) throw disagreement(engine, network, what, worst);
      proven.add(key);
    },
  };
}

interface Trained {
  initial: Weights;
  weights: Weights;
  losses: number[];
}

async function trainBriefly(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  batchSize: number,
): Promise<Trained> {
  const initial = initialWeights(network, Generator.seeded(1));
  const options = { batchSize, shuffle: true, generator: Generator.seeded(2) };
  const session = await engine.open(network, initial, optimizer);
  try {
    for (const batch of new Loader(madeUp(network, STEPS * batchSize), options).epoch()) session.step(batch);
    return { initial, losses: await session.losses(), weights: await session.weights() };
  } finally {
    session.close();
  }
}

/** Noise in the middle of a flat background, on which pooling meets ties. Labels of half of the classes: with all, gradients would cancel, and what remained be mostly rounding. */
export function madeUp({ input, output }: Network, count: number): Split {
  const noise = Generator.seeded(3);
  const width = input.at(-1) as number;
  const flat = (i: number) => Math.abs((i % width) / width - 0.5) > 0.25;
  return {
    count,
    images: Uint8Array.from({ length: count * sizeOf(input) }, (_, i) =>
      flat(i) ? 0 : noise.random() & 0xff,
    ),
    labels: Uint8Array.from({ length: count }, () => noise.random() % Math.ceil(output[0] / 2)),
  };
}

function changeDeviations(got: Weights, expected: Weights, initial: Weights): [string, number][] {
  const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]));
  return [...expected].map(([name, values]) => {
    const change = distance(values, initial.get(name) as Float32Array);
    const deviation = distance(got.get(name) as Float32Array, values);
    return [name, deviation === 0 ? 0 : deviation / change];
  });
}

function disagreement(engine: Engine, network: Network, what: string, got: number): ExplainedError {
  return new ExplainedError({
    kind: 'device',
    what: `${engine.name} computes ${network.name} otherwise than the reference engine, most of all ${what}`,
    expected: `a deviation of ${TOLERANCE} at most`,
    got: got.toExponential(1),
    next: `Use --device cpu; another driver may mend it: ${engine.description}.`,
  });
}
