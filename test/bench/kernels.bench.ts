/**
 * @file `npm run bench:kernels`: the ladder from plain loops to threads. The first table has each kernel at TinyVGG's sizes on one
 * thread: GFLOP/s of the kernels for any shape, of those for this shape with SIMD, with relaxed SIMD and with Winograd's convolution, each
 * also relative to the peak of this core on registers alone. The second table has a whole training step. All numbers are medians of rounds in turn.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import Table from 'cli-table3';
import { Command } from 'commander';
import { compileKernels, createMemory, instantiateKernels } from '../../shared/kernels/kernels.ts';
import { paddedPlane } from '../../shared/kernels/layout.ts';
import { type Operation, wordsOf } from '../../shared/kernels/plan.ts';
import { resolveNetwork, sizeOf } from '../../shared/model/spec.ts';
import { cpuEngine } from '../../train/engine/cpu/cpu.ts';
import type { Engine } from '../../train/engine/engine.ts';
import { sgd } from '../../train/engine/optimizer.ts';
import { referenceEngine } from '../../train/engine/reference.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import { measureInTurn } from './rounds.ts';

new Command('npm run bench:kernels')
  .description(
    'Compares plain loops, SIMD, relaxed SIMD and threads, kernel by kernel and for a whole training step.',
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

const BATCH = 32;

type Kernels = ReturnType<typeof instantiateKernels>;

const memory = createMemory(16 * 2 ** 20);
const values = new Float32Array(memory.buffer);
for (let i = 4096; i < values.length; i++) values[i] = Math.random() - 0.5;
// Addresses of the operands, which must not overlap, and of the operation that a kernel for any shape reads.
const [X, Y, W, G, T, OPERATION] = [1, 3, 5, 7, 9, 15].map((mebibyte) => mebibyte * 2 ** 20);

const bytes = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../shared/kernels/build/${name}.wasm`, import.meta.url)));
const files = { relaxed: bytes('relaxed'), simd: bytes('simd') };
const instance = async (level: 'relaxed' | 'simd') => {
  const { module } = await compileKernels(files, { relaxed: level === 'relaxed' });
  return instantiateKernels(module, memory);
};
const relaxed = await instance('relaxed');
const simd = await instance('simd');

const NO_OPERATION: Operation = {
  ...{ kind: 0, x: 0, dx: 0, y: 0, dy: 0, weight: 0, bias: 0, extra: 0, inputs: 0, outputs: 0 },
  ...{ height: 0, width: 0, xRow: 0, xPlane: 0, yHeight: 0, yWidth: 0, yRow: 0, yPlane: 0 },
  ...{ kernelSize: 0, stride: 0, before: 0, phaseRow: 0, phasePlane: 0, tile: 0, relu: 0, masked: 0 },
};

interface Measurement {
  name: string;
  /** Floating-point operations of one call. */
  operations: number;
  fast: (kernels: Kernels) => void;
  /** Winograd's convolution, if it applies. Its GFLOP/s count the operations of the direct convolution. */
  winograd?: () => void;
  /** The kernel for any shape, and the operation that it reads. */
  general?: { call: () => void; operation: Operation };
}

/** Returns the three convolutions of a layer: forward, gradient of the input, gradient of the filter. */
function convolutions(channels: number, out: number, edge: number): Measurement[] {
  const padded = paddedPlane(edge, edge + 1);
  const row = 4 * padded.row;
  const plane = 4 * padded.plane;
  const shape = [row, plane, plane] as const;
  const operation = {
    ...NO_OPERATION,
    ...{ inputs: channels, height: edge, width: edge, xRow: row, xPlane: plane },
    ...{ outputs: out, yHeight: edge, yWidth: edge, yRow: row, yPlane: plane },
    ...{ kernelSize: 3, stride: 1, before: 1, phaseRow: row, phasePlane: plane + 16 * 4 },
  };
  const operations = 18 * channels * out * edge * edge;
  const winograd = channels >= 8;
  const name = `${channels}→${out}, ${edge}×${edge}`;
  return [
    {
      name: `conv3x3 ${name}`,
      fast: (k) => k.f32_conv3x3(Y, X, W, G, 0, channels, out, edge, ...shape, true),
      general: { call: () => relaxed.f32_conv2d(OPERATION, Y, X, W, G, T), operation },
      ...(winograd && {
        winograd: () => relaxed.f32_winograd(Y, X, W, G, 0, T, channels, out, edge, edge, ...shape, true),
      }),
      operations,
    },
    {
      name: `conv3x3 back ${name}`,
      fast: (k) => k.f32_conv3x3(Y, X, W, 0, X, out, channels, edge, ...shape, false),
      ...(winograd && {
        winograd: () => relaxed.f32_winograd(Y, X, W, 0, X, T, out, channels, edge, edge, ...shape, false),
      }),
      operations,
    },
    {
      name: `conv3x3 filter ${name}`,
      fast: (k) => k.f32_conv3x3_grad_filter(G, Y, X, channels, out, edge, ...shape),
      general: {
        call: () => relaxed.f32_conv2d_grad(OPERATION, G, G + 65536, 0, Y, X, W, 0, T),
        operation,
      },
      ...(winograd && {
        winograd: () => relaxed.f32_winograd_grad_filter(G, Y, X, T, channels, out, edge, edge, ...shape),
      }),
      operations,
    },
  ];
}

const KERNELS: Measurement[] = [
  ...convolutions(1, 10, 28).filter(({ name }) => !name.includes('back')),
  ...convolutions(10, 10, 28),
  ...convolutions(10, 10, 14),
  ...convolutions(10, 10, 62),
  {
    name: 'linear 784→10',
    operations: 15_680,
    fast: (k) => k.f32_linear(Y, X, W, G, 784, 10, false),
  },
  {
    name: 'linear back 784→10',
    operations: 15_680,
    fast: (k) => k.f32_linear_grad_input(Y, G, W, X, 784, 10, false),
  },
  {
    name: 'linear weights 784→10, 4 images',
    operations: 4 * 15_680,
    fast: (k) => k.f32_linear_grad_weight(T, G, Y, X, 4, 784, 10, 4096),
  },
];

const gigaflops = (operations: number, milliseconds: number) => operations / milliseconds / 1e6;
const style = { head: [], border: [], compact: true };

function kernelTable(): Table.Table {
  const table = new Table({
    head: [
      'GFLOP/s',
      ...['any shape', 'SIMD', 'relaxed SIMD', 'Winograd'].flatMap((rung) => [rung, 'of peak']),
    ],
    colAligns: ['left', ...Array<'right'>(8).fill('right')],
    style,
  });
  // The peak uses relaxed SIMD. Without it the product in the loop is constant, and the compiler moves it out of the loop.
  const peak = gigaflops(96_000, measureInTurn({ peak: () => relaxed.f32_peak(1000, 0.999, 0.001) }).peak);
  table.push(['registers alone', '', '', '', '', peak.toFixed(1), '100 %', '', '']);
  for (const { name, operations, fast, winograd, general } of KERNELS) {
    if (general) new Int32Array(memory.buffer, OPERATION).set(wordsOf(general.operation));
    const columns = [general?.call, () => fast(simd), () => fast(relaxed), winograd];
    const calls = columns.flatMap((call, i) => (call ? [[`${i}`, call] as const] : []));
    const times = measureInTurn(Object.fromEntries(calls));
    const cells = columns.flatMap((_, i) => {
      if (times[`${i}`] === undefined) return ['', ''];
      const rate = gigaflops(operations, times[`${i}`]);
      return [rate.toFixed(1), `${((100 * rate) / peak).toFixed(0)} %`];
    });
    table.push([name, ...cells]);
  }
  return table;
}

async function stepTable(): Promise<Table.Table> {
  const network = resolveNetwork(modelSpec('tinyvgg'));
  const noise = Generator.seeded(1);
  const batch = {
    images: Uint8Array.from({ length: BATCH * sizeOf(network.input) }, () => noise.random() & 0xff),
    labels: Uint16Array.from({ length: BATCH }, () => noise.random() % 10),
  };
  const steps = async (engine: Engine) => {
    const session = await engine.open(network, initialWeights(network, Generator.seeded(42)), sgd(0.1));
    return () => session.step(batch);
  };
  const threads = availableParallelism();
  const rungs = {
    reference: await steps(referenceEngine()),
    SIMD: await steps(await cpuEngine({ kernels: 'simd', threads: 1 })),
    'relaxed SIMD': await steps(await cpuEngine({ kernels: 'relaxed', threads: 1 })),
    [`relaxed SIMD, ${threads} threads`]: await steps(await cpuEngine({ kernels: 'relaxed' })),
    Winograd: await steps(await cpuEngine({ kernels: 'winograd', threads: 1 })),
    [`Winograd, ${threads} threads`]: await steps(await cpuEngine({ kernels: 'winograd' })),
  };
  const work = network.layers.map(({ kind, parameters: [weight], output }) =>
    weight ? 2 * sizeOf(weight.shape) * (kind === 'conv2d' ? sizeOf(output.slice(1)) : 1) : 0,
  );
  // Forward, gradient of the weights, and gradient of the input, which the first layer does not need.
  const operations = BATCH * (3 * work.reduce((a, b) => a + b) - work[0]);
  const table = new Table({
    head: [
      `TinyVGG, a step of ${BATCH}: ${(operations / 1e6).toFixed(0)} MFLOP`,
      'ms',
      'GFLOP/s',
      'times reference',
    ],
    colAligns: ['left', 'right', 'right', 'right'],
    style,
  });
  const times = measureInTurn(rungs);
  for (const [name, time] of Object.entries(times)) {
    const ratio = times.reference / time;
    table.push([
      name,
      time.toFixed(2),
      gigaflops(operations, time).toFixed(1),
      ratio.toFixed(ratio < 10 ? 1 : 0),
    ]);
  }
  return table;
}

console.log(kernelTable().toString());
console.log((await stepTable()).toString());
