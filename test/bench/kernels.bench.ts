/**
 * @file `npm run bench:kernels`: GFLOP/s of each kernel at TinyVGG's sizes on one thread, with and without relaxed SIMD in turn, and
 * the share of what this core does at most on registers alone. Median of the rounds.
 */
import { readFileSync } from 'node:fs';
import Table from 'cli-table3';
import { compileKernels, createMemory, instantiateKernels } from '../../shared/kernels/kernels.ts';

const ROUNDS = 11;
/** Milliseconds of one round. */
const ROUND_TIME = 20;

type Exports = Record<string, (...args: number[]) => number>;

const memory = createMemory(16 * 2 ** 20);
const values = new Float32Array(memory.buffer);
for (let i = 4096; i < values.length; i++) values[i] = Math.random() - 0.5;
// Places of the operands, far enough from each other.
const [X, Y, W, G, T] = [1, 3, 5, 7, 9].map((mebibyte) => mebibyte * 2 ** 20);

const bytes = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../shared/kernels/build/${name}.wasm`, import.meta.url)));
const files = { relaxed: bytes('relaxed'), simd: bytes('simd') };
const instance = async (relaxed: boolean) => {
  const { module } = await compileKernels(files, { relaxed });
  return instantiateKernels(module, memory) as unknown as Exports;
};
const builds = { relaxed: await instance(true), simd: await instance(false) };

interface Kernel {
  name: string;
  /** Floating-point operations of one call. */
  operations: number;
  call: (exports: Exports) => void;
}

/** The three convolutions of a layer, [channels in, channels out, edge]. */
function convolutions([channels, out, edge]: [number, number, number]): Kernel[] {
  const row = edge + 1;
  const plane =
    4 * (Math.ceil((row + 1) / 4) * 4 + Math.ceil((edge * row) / 24) * 24 + Math.ceil((row + 8) / 4) * 4);
  const sizes = [edge, edge, plane];
  const operations = 18 * channels * out * edge * edge;
  const name = `${channels}→${out}, ${edge}×${edge}`;
  return [
    {
      name: `conv3x3 ${name}`,
      operations,
      call: (k) => k.f32_conv3x3(Y, X, W, G, 0, channels, out, ...sizes, 1),
    },
    {
      name: `conv3x3 back ${name}`,
      operations,
      call: (k) => k.f32_conv3x3(Y, X, W, 0, X, out, channels, ...sizes, 0),
    },
    {
      name: `conv3x3 filter ${name}`,
      operations,
      call: (k) => k.f32_conv3x3_grad_filter(G, G + 65536, Y, X, channels, out, ...sizes),
    },
  ];
}

const PEAK: Kernel = {
  name: 'registers alone',
  operations: 96_000,
  call: (k) => k.f32_peak(1000, 0.999, 0.001),
};
const KERNELS: Kernel[] = [
  ...convolutions([1, 10, 28]).filter(({ name }) => !name.includes('back')),
  ...convolutions([10, 10, 28]),
  ...convolutions([10, 10, 14]),
  { name: 'linear 784→10', operations: 15_680, call: (k) => k.f32_linear(Y, X, W, G, 784, 10, 0) },
  {
    name: 'linear back 784→10',
    operations: 15_680,
    call: (k) => k.f32_linear_grad_input(Y, G, W, X, 784, 10, 0),
  },
  {
    name: 'linear weights 784→10, 4 images',
    operations: 4 * 15_680,
    call: (k) => k.f32_linear_grad_weight(T, G, Y, X, 4096, 4, 784, 10),
  },
];

/** GFLOP/s in each round, the builds in turn. */
function measure({ operations, call }: Kernel): Record<string, number> {
  const rates: Record<string, number[]> = { relaxed: [], simd: [] };
  const count = Math.ceil((ROUND_TIME * 20e6) / operations);
  for (let round = -1; round < ROUNDS; round++) {
    const order = Object.entries(builds);
    if (round % 2) order.reverse();
    for (const [name, exports] of order) {
      const start = performance.now();
      for (let i = 0; i < count; i++) call(exports);
      // The first round warms up.
      if (round >= 0) rates[name].push((count * operations) / (performance.now() - start) / 1e6);
    }
  }
  return Object.fromEntries(
    Object.entries(rates).map(([name, list]) => [name, list.toSorted((a, b) => a - b)[ROUNDS >> 1]]),
  );
}

const table = new Table({
  head: ['kernel', 'relaxed SIMD', 'of peak', 'SIMD', 'of peak'],
  style: { head: [], border: [], compact: true },
});
// With relaxed SIMD: without it the product of the peak's loop never changes, and is left out of it.
const peak = measure(PEAK).relaxed;
table.push([PEAK.name, `${peak.toFixed(1)} GFLOP/s`, '100 %', '–', '–']);
for (const kernel of KERNELS) {
  const { relaxed, simd } = measure(kernel);
  const cells = [relaxed, simd].flatMap((rate) => [
    `${rate.toFixed(1)} GFLOP/s`,
    `${((100 * rate) / peak).toFixed(0)} %`,
  ]);
  table.push([kernel.name, ...cells]);
}
console.log(table.toString());
