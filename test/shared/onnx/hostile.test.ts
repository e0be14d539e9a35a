/** @file Hostile ONNX files: the kernels refuse them in limited time, before they allocate the memory that they ask for. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import { loadModel } from '#shared/inference/model.ts';
import { simdEngine } from '#shared/inference/simd.ts';
import { compileInference } from '#shared/kernels/inference.ts';
import type { Manifest } from '#shared/manifest.ts';
import {
  type Attribute,
  AttributeType,
  DataType,
  encodeModel,
  type Node,
  type Tensor,
} from '#shared/onnx/model.ts';
import release from '../../../release/tinyvgg.json';

/** An isolate's memory for one model. */
const MEMORY = 8 * 2 ** 20;
/** Milliseconds of CPU time, generous for a slow machine. Quadratic code took 96 seconds for the first file. */
const MAX_MILLISECONDS = 2000;

const engine = simdEngine(
  await compileInference(new Uint8Array(readFileSync('shared/kernels/build/inference.wasm'))),
);

/** The used part of `WebAssembly`, whose constructors Node's types do not allow to be replaced. */
const wasm = (
  globalThis as unknown as { WebAssembly: { Memory: new (size: object) => { buffer: ArrayBuffer } } }
).WebAssembly;

/** Bytes of the largest memory that was created. */
let largest = 0;
const { Memory } = wasm;
beforeAll(() => {
  wasm.Memory = class extends Memory {
    constructor(size: object) {
      super(size);
      largest = Math.max(largest, this.buffer.byteLength);
    }
  };
});
afterAll(() => {
  wasm.Memory = Memory;
});

const ints = (name: string, ...values: number[]): Attribute => ({
  name,
  ints: values,
  type: AttributeType.INTS,
});
const weights = (name: string, ...dims: number[]): Tensor => {
  const count = dims.reduce((a, b) => a * b);
  return { name, dims, dataType: DataType.FLOAT, rawData: new Uint8Array(4 * count) };
};

/** Returns a file whose operators form a chain from the input to the output. Those with weights take the initializer of their number. */
function chain(
  operators: { opType: string; attribute?: Attribute[]; dims?: number[] }[],
): Uint8Array<ArrayBuffer> {
  const node: Node[] = operators.map(({ opType, attribute = [], dims }, i) => ({
    opType,
    attribute,
    input: [`x${i}`, ...(dims ? [`w${i}`] : [])],
    output: [`x${i + 1}`],
  }));
  const initializer = operators.flatMap(({ dims }, i) => (dims ? [weights(`w${i}`, ...dims)] : []));
  const dim = [{ dimParam: 'n' }, ...[1, 28, 28].map((dimValue) => ({ dimValue }))];
  const type = { tensorType: { elemType: DataType.FLOAT, shape: { dim } } };
  return encodeModel({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: { node, initializer, input: [{ name: 'x0', type }], output: [{ name: `x${node.length}` }] },
  });
}

const same = (size: number, channels: [number, number]) => ({
  opType: 'Conv',
  attribute: [ints('kernel_shape', size, size), ints('pads', ...Array<number>(4).fill((size - 1) / 2))],
  dims: [channels[1], channels[0], size, size],
});
const pool = (size: number) => ({ opType: 'MaxPool', attribute: [ints('kernel_shape', size, size)] });
const head = (features: number) => [{ opType: 'Flatten' }, { opType: 'MatMul', dims: [features, 10] }];

it.each<[name: string, file: () => Uint8Array<ArrayBuffer>, error: RegExp]>([
  [
    '200 kB of empty operators',
    () => encodeModel({ irVersion: 8, graph: { node: Array<Node>(100_000).fill({}) } }),
    /cannot read an ONNX model/,
  ],
  [
    'a million dimensions',
    () => encodeModel({ irVersion: 8, graph: { initializer: [{ dims: Array<number>(1e6).fill(1) }] } }),
    /cannot read an ONNX model/,
  ],
  [
    '60,000 channels',
    () => chain([same(1, [1, 60_000]), pool(28), ...head(60_000)]),
    /at most 8388608 bytes of memory/,
  ],
  [
    'a padding of 3,000 pixels',
    () => {
      const padded = { ...same(1, [1, 1]), attribute: [ints('pads', 3000, 3000, 3000, 3000)] };
      return chain([padded, pool(6028), ...head(1)]);
    },
    /at most 8388608 bytes of memory/,
  ],
  [
    '40 convolutions of 96 channels',
    () => chain([same(3, [1, 96]), ...Array(40).fill(same(3, [96, 96])), pool(28), ...head(96)]),
    /at most 2000000000 multiply-adds/,
  ],
])('%s are refused', async (_name, file, error) => {
  const bytes = file();
  const facts = { ...release, bytes: bytes.length } as unknown as Parameters<typeof engine.load>[1];
  const start = process.cpuUsage();
  await expect(engine.load({ read: async () => bytes }, facts, MEMORY)).rejects.toThrow(error);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(MAX_MILLISECONDS);
  expect(largest).toBeLessThanOrEqual(MEMORY);
});

it('a network with too many multiply-adds is not left to a slower engine', async () => {
  const onnx = chain([same(3, [1, 96]), ...Array(40).fill(same(3, [96, 96])), pool(28), ...head(96)]);
  const manifest = { ...(release as Manifest), version: await sha256(onnx), bytes: onnx.length };
  const slower = { name: 'slower', load: () => Promise.reject(new Error('it was asked to load the model')) };
  await expect(loadModel([engine, slower], manifest, { read: async () => onnx })).rejects.toMatchObject({
    check: 'fit',
    message: expect.stringContaining('multiply-adds for an image'),
  });
});
