/**
 * @file The self-test of an engine on a graphics card: a few steps of the same network and batch size are compared with the reference
 * engine. Cards, drivers and shader compilers differ, and a wrong kernel reports no error.
 */
import { ExplainedError } from '#shared/errors.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Batch } from '../dataset/batch.ts';
import { Loader } from '../dataset/loader.ts';
import type { Split } from '../dataset/split.ts';
import { initialWeights } from '../model/initialize.ts';
import { Generator } from '../random.ts';
import type { Engine } from './engine.ts';
import type { Optimizer } from './optimizer.ts';
import { referenceEngine } from './reference.ts';

/** Training steps of the self-test. There are two, because the optimizer state is still zero in the first. */
const STEPS = 2;

/** Label smoothing of the steps after the first, which also have targets. */
const SMOOTHING = 0.1;

/**
 * Largest accepted difference of a loss, and largest relative deviation of a parameter's change: ‖w − w′‖ / ‖w′ − initial‖. Rounding can
 * change the sign before a ReLU or the maximum of a pooling window, and with it the path of a gradient. With 1024 images the cpu engine
 * deviates by 3e-4.
 */
const TOLERANCE = 5e-3;

/** Adds the method `selfTest` to an engine. A combination of network, optimizer and batch size is tested once. */
export function selfTested(engine: Engine): Engine {
  const passed = new Set<string>();
  return {
    ...engine,
    async selfTest(network, optimizer, batchSize) {
      const key = JSON.stringify([network.layers, optimizer, batchSize]);
      if (passed.has(key)) return;
      const [actual, expected] = await Promise.all(
        [engine, referenceEngine()].map((each) => trainBriefly(each, network, optimizer, batchSize)),
      );
      const [what, deviation] = largestDeviation(actual, expected);
      if (!(deviation <= TOLERANCE)) throw disagreement(engine, network, what, deviation);
      passed.add(key);
    },
  };
}

interface BriefTraining {
  initial: Weights;
  weights: Weights;
  losses: number[];
}

async function trainBriefly(
  engine: Engine,
  network: Network,
  optimizer: Optimizer,
  batchSize: number,
): Promise<BriefTraining> {
  const initial = initialWeights(network, Generator.seeded(1));
  const options = { batchSize, shuffle: true, generator: Generator.seeded(2) };
  const loader = new Loader(syntheticSplit(network, STEPS * batchSize), options);
  const session = await engine.open(network, initial, optimizer);
  try {
    const [first, ...others] = loader.epoch();
    session.step(first);
    for (const batch of others) {
      const targets = syntheticTargets(batch, network.output[0]);
      session.step({ ...batch, targets }, { labelSmoothing: SMOOTHING });
    }
    return { initial, losses: await session.losses(), weights: await session.weights() };
  } finally {
    session.close();
  }
}

/**
 * Makes images of noise on a flat background, where max pooling meets ties. Only half of the classes occur as labels: with all
 * of them, the gradients would nearly cancel, and the remaining sums would be mostly rounding errors.
 */
export function syntheticSplit({ input, output }: Network, count: number): Split {
  const noise = Generator.seeded(3);
  const width = input.at(-1) as number;
  const isBackground = (i: number) => Math.abs((i % width) / width - 0.5) > 0.25;
  return {
    count,
    images: Uint8Array.from({ length: count * sizeOf(input) }, (_, i) =>
      isBackground(i) ? 0 : noise.random() & 0xff,
    ),
    labels: Uint16Array.from({ length: count }, () => noise.random() % Math.ceil(output[0] / 2)),
  };
}

/** Makes probabilities of the classes, [batch, classes]: at least one half for the label, and the rest for the next class. */
function syntheticTargets({ labels }: Batch, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (const [n, label] of labels.entries()) {
    const share = 0.5 + (n % 8) / 16;
    targets[n * classes + label] += share;
    targets[n * classes + ((label + 1) % classes)] += 1 - share;
  }
  return targets;
}

/** Returns the loss or the parameter that deviates most. NaN counts as the largest deviation. */
function largestDeviation(
  actual: BriefTraining,
  expected: BriefTraining,
): readonly [what: string, deviation: number] {
  const losses = actual.losses.map(
    (loss, i) => [`loss of step ${i + 1}`, Math.abs(loss - expected.losses[i])] as const,
  );
  const parameters = [...expected.weights].map(([name, values]) => {
    const change = distance(values, expected.initial.get(name) as Float32Array);
    const deviation = distance(actual.weights.get(name) as Float32Array, values);
    return [name, deviation === 0 ? 0 : deviation / change] as const;
  });
  return [...losses, ...parameters].reduce((a, b) => (b[1] <= a[1] || Number.isNaN(a[1]) ? a : b));
}

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.hypot(...a.map((value, i) => value - b[i]));

function disagreement(engine: Engine, network: Network, what: string, deviation: number): ExplainedError {
  return new ExplainedError({
    kind: 'device',
    what: `the results of ${engine.name} for ${network.name} differ from those of the reference engine, most in ${what}`,
    expected: `a deviation of at most ${TOLERANCE}`,
    got: deviation.toExponential(1),
    next: `Use --device cpu, or try another driver: ${engine.description}.`,
  });
}
