/**
 * @file The cpu engine: the SIMD kernels of shared/kernels on as many threads as there are cores.
 *
 * A whole step runs inside WebAssembly, on memory that is laid out once. The result does not depend on the number of threads.
 */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ExplainedError } from '#shared/errors.ts';
import {
  compileKernels,
  createMemory,
  FIRST_ADDRESS,
  growMemory,
  instantiateKernels,
  type KernelBuild,
} from '#shared/kernels/kernels.ts';
import { type Network, sizeOf, type Weights } from '../../model/spec.ts';
import type { Engine, EngineSession, Sgd } from '../engine.ts';
import { referenceEngine } from '../reference.ts';
import { CONVOLUTION, EXTRA, type Layout, layOut, uncovered } from './layout.ts';

export interface CpuOptions {
  /** Threads, the calling one included; as many as the machine has cores unless given. */
  threads?: number | undefined;
  /** False: without relaxed SIMD even where the machine has it. */
  relaxed?: boolean | undefined;
  /** Says when a network needs other kernels than these. */
  log?: ((line: string) => void) | undefined;
}

/** Multiplications of a step's forward pass below which waking other threads costs more than they do. */
const THREADS_PAY = 2_000_000;
/** Images of a slice (assembly/step.ts). */
const SLICE = 4;
/** Images of one call into the kernels when nothing is trained. */
const INFER_BATCH = 256;

/** @throws ExplainedError of kind `device` when the kernels were not compiled */
export async function cpuEngine(options: CpuOptions = {}): Promise<Engine> {
  const { threads = availableParallelism(), log = () => {} } = options;
  const builds = { relaxed: await readBuild('relaxed'), simd: await readBuild('simd') };
  const build = await compileKernels(builds, options);
  const arithmetic = build.relaxed ? 'relaxed SIMD' : 'SIMD';
  return {
    name: 'cpu',
    description: `WebAssembly kernels with ${arithmetic}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    async open(network, weights, optimizer) {
      const lacking = uncovered(network);
      if (lacking === undefined) return openSession(build, threads, network, weights, optimizer);
      log(`No fast kernel for ${lacking}: ${network.name} runs on the reference engine.`);
      return referenceEngine().open(network, weights, optimizer);
    },
  };
}

async function readBuild(name: 'relaxed' | 'simd'): Promise<Uint8Array<ArrayBuffer>> {
  const path = new URL(`../../../shared/kernels/build/${name}.wasm`, import.meta.url);
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new ExplainedError({
      kind: 'device',
      what: 'cannot read the compiled kernels',
      expected: path.pathname,
      got: cause instanceof Error ? cause.message : String(cause),
      next: 'npm run kernels compiles them; npm ci does so too.',
      cause,
    });
  }
}

/** Words of a Job (assembly/plan.ts) that change from call to call; the others are written once. */
const JOB = { threads: 3, batch: 5, images: 8, labels: 9, logits: 10, losses: 11, gradients: 16 } as const;
const JOB_WORDS = 25;

async function openSession(
  build: KernelBuild,
  threads: number,
  network: Network,
  initial: Weights,
  { learningRate }: Sgd,
): Promise<EngineSession> {
  const layout = layOut(network);
  const pixels = sizeOf(network.input);
  const classes = network.output[0];
  const align = (address: number) => Math.ceil(address / 64) * 64;

  const job = FIRST_ADDRESS;
  const operations = align(job + 4 * JOB_WORDS);
  const parameters = align(operations + 4 * layout.operations.flat().length);
  const turned = align(parameters + layout.parameterBytes);
  const arena = align(turned + layout.turnedBytes);
  const imageBytes = align(layout.imageBytes);
  const perBatch = arena + threads * SLICE * imageBytes;
  const memory = createMemory(perBatch);
  const words = (address: number, count: number) => new Int32Array(memory.buffer, address, count);
  const floats = (address: number, count: number) => new Float32Array(memory.buffer, address, count);

  const plan = layout.operations.flatMap((operation) =>
    operation.with(EXTRA, operation[EXTRA] + (operation[0] === CONVOLUTION ? turned : 0)),
  );
  words(operations, plan.length).set(plan);
  const { input } = layout;
  words(job, JOB_WORDS).set([
    ...[0, 0, 0, threads, 0, 0, operations, layout.operations.length],
    ...[0, 0, 0, 0, classes, arena, imageBytes, parameters, 0, layout.parameterBytes],
    ...[input.offset, ...input.shape, input.row, 4 * input.plane],
  ]);
  floats(job + 4 * (JOB_WORDS - 1), 1)[0] = learningRate;
  writeParameters(layout, floats, parameters, initial);

  const kernels = instantiateKernels(build.module, memory);
  const others = Array.from({ length: threads - 1 }, (_, i) => i + 1);
  await Promise.all(others.map((thread) => startWorker({ module: build.module, memory, job, thread })));

  let capacity = 0;
  let place = { images: 0, labels: 0, logits: 0, losses: 0 };
  /** Makes room for a batch, and copies its images. */
  function take(images: Uint8Array, count: number): void {
    if (count > capacity) {
      capacity = count;
      const labels = align(perBatch + count * pixels);
      const logits = align(labels + count);
      const lossesAt = align(logits + 4 * count * classes);
      const gradients = align(lossesAt + 8 * count);
      growMemory(memory, gradients + Math.ceil(count / SLICE) * layout.parameterBytes);
      place = { images: perBatch, labels, logits, losses: lossesAt };
      const [at] = [words(job, JOB_WORDS)];
      at.set([perBatch, labels, logits, lossesAt], JOB.images);
      at[JOB.gradients] = gradients;
    }
    new Uint8Array(memory.buffer, place.images).set(images.subarray(0, count * pixels));
    const at = words(job, JOB_WORDS);
    at[JOB.batch] = count;
    at[JOB.threads] = count * multiplications(network) < THREADS_PAY ? 1 : threads;
  }

  let losses: number[] = [];
  return {
    step({ images, labels }) {
      take(images, labels.length);
      new Uint8Array(memory.buffer, place.labels).set(labels);
      kernels.step(job);
      const each = new Float64Array(memory.buffer, place.losses, labels.length);
      losses.push(each.reduce((a, b) => a + b, 0) / labels.length);
    },
    async losses() {
      const taken = losses;
      losses = [];
      return taken;
    },
    async logits(images, count) {
      const logits = new Float32Array(count * classes);
      for (let first = 0; first < count; first += INFER_BATCH) {
        const size = Math.min(INFER_BATCH, count - first);
        take(images.subarray(first * pixels), size);
        kernels.infer(job);
        logits.set(floats(place.logits, size * classes), first * classes);
      }
      return logits;
    },
    async weights() {
      return readParameters(layout, floats, parameters);
    },
    close() {
      kernels.stop(job);
    },
  };
}

/** Waits until the thread works: the kernels wait for every thread, and one that had failed would never come. */
async function startWorker(workerData: object): Promise<void> {
  // Without the flags of this process: some of them, such as --eval, are no flags for a thread.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] });
  await once(worker, 'message');
  worker.unref();
}

type Floats = (address: number, count: number) => Float32Array;

function writeParameters({ parameters }: Layout, floats: Floats, address: number, weights: Weights): void {
  for (const { name, offset, size, indexOf } of parameters) {
    const values = weights.get(name) as Float32Array;
    const stored = floats(address + offset, indexOf(size - 1) + 1);
    for (let i = 0; i < size; i++) stored[indexOf(i)] = values[i];
  }
}

function readParameters({ parameters }: Layout, floats: Floats, address: number): Weights {
  return new Map(
    parameters.map(({ name, offset, size, indexOf }) => {
      const stored = floats(address + offset, indexOf(size - 1) + 1);
      return [name, Float32Array.from({ length: size }, (_, i) => stored[indexOf(i)])];
    }),
  );
}

/** Of one image's forward pass. */
function multiplications({ layers }: Network): number {
  return layers.reduce((sum, { kind, parameters: [weight], output }) => {
    if (!weight) return sum;
    return sum + sizeOf(weight.shape) * (kind === 'conv2d' ? sizeOf(output.slice(1)) : 1);
  }, 0);
}
