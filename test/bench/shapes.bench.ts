/**
 * @file `npm run bench:shapes`: a training step of 32 images of networks with filters, strides, padding and channels of all kinds, on the
 * cpu engine and in PyTorch (pytorch_shapes.py), in turn. Prints the raw and median milliseconds of a step, and the median of the ratios.
 * On one core (`taskset -c 1 npm run bench:shapes`), these are milliseconds of CPU time, so that other load on the machine counts less.
 *
 * Needs Debian's python3-torch for the comparison. `NETWORKS=5×5,stride` selects the networks whose names contain one of the words.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Table from 'cli-table3';
import { Command } from 'commander';
import { KERNEL_LEVELS, type KernelLevel } from '../../shared/kernels/choose.ts';
import {
  conv2d,
  flatten,
  type Layer,
  linear,
  maxPool2d,
  type Network,
  relu,
  resolveNetwork,
  type Shape,
  sizeOf,
} from '../../shared/model/spec.ts';
import { cpuEngine } from '../../train/engine/cpu/cpu.ts';
import { sgd } from '../../train/engine/optimizer.ts';
import { syntheticSplit } from '../../train/engine/self-test.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { modelSpec, type ZooSizes } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import { median } from '../support/statistics.ts';
import { roundsInTurn } from './rounds.ts';

new Command('npm run bench:shapes')
  .description('Compares a training step of networks of many shapes on the cpu engine with PyTorch.')
  .addHelpText(
    'after',
    `
Environment:
  NETWORKS  words, separated by commas: measures the networks whose names contain one of them
  KERNELS   the fastest kernels to use: ${KERNEL_LEVELS.join(', ')}`,
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

const BATCH = 32;
const ROUNDS = 7;
/** Milliseconds for which an engine runs in a round. */
const ROUND_TIME = 250;
const ONE_CORE = availableParallelism() === 1;
const PYTHON = '/usr/bin/python3';
const PEER = join(import.meta.dirname, 'pytorch_shapes.py');

/** Returns a network of convolutions with ReLU and pooling, and a linear layer for ten classes. */
function custom(input: Shape, layers: Layer[]): Network {
  const { output } = resolveNetwork({ name: 'features', input, modules: { a: layers } });
  const modules = { a: [...layers, flatten(), linear(sizeOf(output), 10)] };
  return resolveNetwork({ name: 'custom', input, modules });
}

const tinyvgg = (sizes: Partial<ZooSizes>) => resolveNetwork(modelSpec('tinyvgg', sizes));

/** Two blocks of two convolutions with a stride of 2, in place of pooling. */
const strided = (input: Shape, units: number, edge: number) =>
  custom(input, [
    ...[conv2d(input[0], units, edge, { padding: edge >> 1 }), relu()],
    ...[conv2d(units, units, edge, { padding: edge >> 1, stride: 2 }), relu()],
    ...[conv2d(units, units, edge, { padding: edge >> 1 }), relu()],
    ...[conv2d(units, units, edge, { padding: edge >> 1, stride: 2 }), relu()],
  ]);

/** As AlexNet begins: a large filter with a large stride, then overlapping poolings. */
const alexnet = custom(
  [3, 64, 64],
  [
    ...[conv2d(3, 16, 11, { stride: 4, padding: 2 }), relu(), maxPool2d(3, { stride: 2 })],
    ...[conv2d(16, 32, 5, { padding: 2 }), relu(), maxPool2d(3, { stride: 2 })],
    ...[conv2d(32, 32, 3, { padding: 1 }), relu()],
  ],
);

/** A bottleneck: 1×1 convolutions around a 3×3 convolution. */
const bottleneck = custom(
  [1, 28, 28],
  [
    ...[conv2d(1, 32, 3, { padding: 1 }), relu(), maxPool2d(2)],
    ...[
      conv2d(32, 8, 1),
      relu(),
      conv2d(8, 8, 3, { padding: 1 }),
      relu(),
      conv2d(8, 32, 1),
      relu(),
      maxPool2d(2),
    ],
  ],
);

const NETWORKS: Record<string, Network> = {
  v0: resolveNetwork(modelSpec('v0')),
  v1: resolveNetwork(modelSpec('v1')),
  'TinyVGG, 3×3, padding 1, 10 units': tinyvgg({}),
  'TinyVGG, 3×3, padding 1, 32 units': tinyvgg({ hiddenUnits: 32 }),
  'TinyVGG, 3×3, padding 1, 64 units': tinyvgg({ hiddenUnits: 64 }),
  'TinyVGG, 3×3, padding 0, 10 units': tinyvgg({ padding: 'none' }),
  'TinyVGG, 3×3, padding 0, 32 units': tinyvgg({ padding: 'none', hiddenUnits: 32 }),
  'TinyVGG, 3×3, padding 0, 64 units': tinyvgg({ padding: 'none', hiddenUnits: 64 }),
  'TinyVGG, 1×1, 10 units': tinyvgg({ kernelSize: 1 }),
  'TinyVGG, 1×1, 32 units': tinyvgg({ kernelSize: 1, hiddenUnits: 32 }),
  'TinyVGG, 2×2, padding 0, 10 units': tinyvgg({ kernelSize: 2, padding: 'none' }),
  'TinyVGG, 4×4, padding same, 10 units': tinyvgg({ kernelSize: 4 }),
  'TinyVGG, 5×5, padding 2, 10 units': tinyvgg({ kernelSize: 5 }),
  'TinyVGG, 5×5, padding 0, 10 units': tinyvgg({ kernelSize: 5, padding: 'none' }),
  'TinyVGG, 5×5, padding 2, 32 units': tinyvgg({ kernelSize: 5, hiddenUnits: 32 }),
  'TinyVGG, 5×5, padding 0, 32 units': tinyvgg({ kernelSize: 5, padding: 'none', hiddenUnits: 32 }),
  'TinyVGG, 7×7, padding 3, 10 units': tinyvgg({ kernelSize: 7 }),
  'TinyVGG, 7×7, padding 3, 32 units': tinyvgg({ kernelSize: 7, hiddenUnits: 32 }),
  'TinyVGG, 3×40×24, 3×3, padding 1, 7 units': tinyvgg({ input: [3, 40, 24], hiddenUnits: 7 }),
  'TinyVGG, 3×41×35, 5×5, padding 0, 13 units': tinyvgg({
    ...{ input: [3, 41, 35], kernelSize: 5, padding: 'none', hiddenUnits: 13 },
  }),
  'CNN Explainer (3×64×64, 3×3, padding 0, 10 units)': tinyvgg({ input: [3, 64, 64], padding: 'none' }),
  'TinyVGG, 3×64×64, 3×3, padding 1, 32 units': tinyvgg({ input: [3, 64, 64], hiddenUnits: 32 }),
  'photonet, 3×64×64': resolveNetwork(modelSpec('photonet', { input: [3, 64, 64] })),
  'stride 2 in place of pooling, 3×3, 10 units': strided([1, 28, 28], 10, 3),
  'stride 2 in place of pooling, 3×3, 32 units': strided([1, 28, 28], 32, 3),
  'stride 2 in place of pooling, 5×5, 16 units': strided([3, 32, 32], 16, 5),
  'bottleneck of 1×1 and 3×3': bottleneck,
  'as AlexNet begins: 11×11 with stride 4, pooling 3×3 with stride 2': alexnet,
};

/** Measures networks in a process of PyTorch. */
class Pytorch {
  readonly #child = spawn(PYTHON, [PEER], { stdio: ['pipe', 'pipe', 'inherit'] });
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();

  /** Returns the milliseconds of a step. */
  async measure({ input, layers }: Network): Promise<number> {
    const request = { input, layers, batch: BATCH, milliseconds: ROUND_TIME, cpuTime: ONE_CORE };
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${PYTHON} ${PEER} ended without a result`);
    return Number(value);
  }

  close(): void {
    this.#child.stdin.end();
  }
}

/** Returns the milliseconds since the start; of CPU time on one core. */
function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return ONE_CORE ? (user + system) / 1000 : performance.now();
}

async function stepper(network: Network): Promise<() => Promise<number>> {
  const engine = await cpuEngine({ kernels: (process.env.KERNELS ?? 'winograd') as KernelLevel });
  const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), sgd(0.1));
  const { images, labels } = syntheticSplit(network, BATCH);
  const measure = async (time: number) => {
    const [start, end] = [milliseconds(), performance.now() + time];
    let steps = 0;
    do {
      session.step({ images, labels });
      await session.losses();
      steps++;
    } while (performance.now() < end);
    return (milliseconds() - start) / steps;
  };
  await measure(ROUND_TIME);
  return () => measure(ROUND_TIME);
}

/** Floating-point operations of a step: forward, gradient of the weights, and gradient of the input, which the first layer does not need. */
function operationsOf({ layers }: Network): number {
  const work = layers.flatMap(({ kind, parameters: [weight], output }) =>
    weight ? [2 * sizeOf(weight.shape) * (kind === 'conv2d' ? sizeOf(output.slice(1)) : 1)] : [],
  );
  return BATCH * (3 * work.reduce((a, b) => a + b) - work[0]);
}

const words = process.env.NETWORKS?.split(',') ?? [''];
const chosen = Object.entries(NETWORKS).filter(([name]) => words.some((word) => name.includes(word)));
const table = new Table({
  head: ['network', 'MFLOP', 'ours, ms (raw)', 'GFLOP/s', 'PyTorch, ms (raw)', 'ratio'],
  style: { head: [], border: [], compact: true },
});
const peer = new Pytorch();
const cell = (times: number[]) =>
  `${median(times).toFixed(2)}  (${times.map((t) => t.toFixed(2)).join(', ')})`;
for (const [name, network] of chosen) {
  const ours = await stepper(network);
  const times = await roundsInTurn({ ours, pytorch: () => peer.measure(network) }, ROUNDS);
  const megaflop = operationsOf(network) / 1e6;
  const ratio = median(times.ours.map((time, i) => time / times.pytorch[i]));
  table.push([
    ...[name, megaflop.toFixed(0), cell(times.ours), (megaflop / median(times.ours)).toFixed(1)],
    ...[cell(times.pytorch), ratio.toFixed(2)],
  ]);
  console.log(
    `${name}: ${median(times.ours).toFixed(2)} ms, PyTorch ${median(times.pytorch).toFixed(2)} ms, ${ratio.toFixed(2)}`,
  );
}
peer.close();
console.log(`${availableParallelism()} cores, Node ${process.version}\n${table.toString()}`);
process.exit();
