/** @file A network in the memory of the kernels, and the threads that work on it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  createMemory,
  FIRST_ADDRESS,
  growMemory,
  instantiateKernels,
  type KernelBuild,
} from '#shared/kernels/kernels.ts';
import { type Network, sizeOf, type Weights } from '../../model/spec.ts';
import type { EngineSession, Sgd } from '../engine.ts';
import { CONVOLUTION, EXTRA, type Layout, layOut } from './layout.ts';

/** Multiplications of a step's forward pass below which waking other threads costs more than they do. */
const THREADS_PAY = 2_000_000;
/** Images of a slice (assembly/step.ts). */
const SLICE = 4;
/** Images of one call into the kernels when nothing is trained. */
const INFER_BATCH = 256;

/** Words of a Job (assembly/plan.ts) that change from call to call; the others are written once. */
const JOB = { threads: 3, batch: 5, images: 8, labels: 9, logits: 10, losses: 11, gradients: 16 } as const;
const JOB_WORDS = 25;

/** Lays the network out in a memory of its own and starts the threads. */
export async function openSession(
  build: KernelBuild,
  threads: number,
  network: Network,
  initial: Weights,
  { learningRate }: Sgd,
): Promise<EngineSession> {
  const layout = layOut(network);
  const pixels = sizeOf(network.input);
  const classes = network.output[0];
  const work = multiplications(network);
  const align = (address: number) => Math.ceil(address / 64) * 64;

  const job = FIRST_ADDRESS;
  const operations = align(job + 4 * JOB_WORDS);
  const parameters = align(operations + 4 * layout.operations.flat().length);
  const turned = align(parameters + layout.parameterBytes);
  const arena = align(turned + layout.turnedBytes);
  const imageBytes = align(layout.imageBytes);
  const memory = createMemory(arena + threads * SLICE * imageBytes);
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

  const images = arena + threads * SLICE * imageBytes;
  let capacity = 0;
  let [labelsAt, logitsAt, lossesAt] = [0, 0, 0];

  /** Places what depends on the size of a batch, and takes more memory for it where needed. */
  function makeRoom(count: number): void {
    capacity = count;
    labelsAt = align(images + count * pixels);
    logitsAt = align(labelsAt + count);
    lossesAt = align(logitsAt + 4 * count * classes);
    const gradients = align(lossesAt + 8 * count);
    growMemory(memory, gradients + Math.ceil(count / SLICE) * layout.parameterBytes);
    const state = words(job, JOB_WORDS);
    state.set([images, labelsAt, logitsAt, lossesAt], JOB.images);
    state[JOB.gradients] = gradients;
  }

  /** Gives the kernels the pixels of a batch. */
  function take(batch: Uint8Array, count: number): void {
    if (count > capacity) makeRoom(count);
    new Uint8Array(memory.buffer, images).set(batch.subarray(0, count * pixels));
    const state = words(job, JOB_WORDS);
    state[JOB.batch] = count;
    state[JOB.threads] = count * work < THREADS_PAY ? 1 : threads;
  }

  let losses: number[] = [];
  return {
    engine: 'cpu',
    step({ images, labels }) {
      take(images, labels.length);
      new Uint8Array(memory.buffer, labelsAt).set(labels);
      kernels.step(job);
      const each = new Float64Array(memory.buffer, lossesAt, labels.length);
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
        logits.set(floats(logitsAt, size * classes), first * classes);
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
