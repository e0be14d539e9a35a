/** @file A network in the memory of the kernels, and the threads that work on it. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Choice } from '#shared/kernels/choose.ts';
import { CONV3X3, SLICE, WINOGRAD } from '#shared/kernels/constants.ts';
import {
  createMemory,
  FIRST_ADDRESS,
  growMemory,
  instantiateKernels,
  type KernelBuild,
} from '#shared/kernels/kernels.ts';
import { layOut } from '#shared/kernels/layout.ts';
import { readParameters, writeParameters } from '#shared/kernels/parameters.ts';
import { JOB_BYTES, type JobFields, type Operation, wordsOf, writeJob } from '#shared/kernels/plan.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { EngineSession } from '../engine.ts';
import { bufferNames, type Optimizer, type OptimizerState } from '../optimizer.ts';
import { optimizerNumbers } from './optimizer.ts';

/** Multiplications of a step's forward pass below which waking other threads costs more than they do. */
const THREADS_PAY = 2_000_000;
/** Images of one call into the kernels when nothing is trained. */
const INFER_BATCH = 256;

/** Lays the network out in a memory of its own and starts the threads. */
export async function openSession(
  build: KernelBuild,
  threads: number,
  network: Network,
  choices: Choice[],
  initial: Weights,
  optimizer: Optimizer,
  state: OptimizerState,
): Promise<EngineSession> {
  const layout = layOut(network, choices);
  const pixels = sizeOf(network.input);
  const classes = sizeOf(network.output);
  const work = multiplications(network);
  const align = (address: number) => Math.ceil(address / 64) * 64;

  const job = FIRST_ADDRESS;
  const operations = align(job + JOB_BYTES);
  const parameters = align(operations + 4 * layout.operations.flatMap(wordsOf).length);
  const buffers = bufferNames(optimizer).map((name, i) => {
    return { name, address: parameters + (i + 1) * layout.parameterBytes };
  });
  const filters = align(parameters + (1 + buffers.length) * layout.parameterBytes);
  const arena = align(filters + layout.filterBytes);
  const imageBytes = align(layout.imageBytes);
  const threadBytes = SLICE * imageBytes + align(layout.scratchBytes);
  const images = arena + threads * threadBytes;
  const memory = createMemory(images);

  const hasFilters = ({ kind }: Operation) => kind === CONV3X3 || kind === WINOGRAD;
  const plan = layout.operations.flatMap((operation) =>
    wordsOf(hasFilters(operation) ? { ...operation, extra: filters + operation.extra } : operation),
  );
  new Int32Array(memory.buffer, operations, plan.length).set(plan);
  const { offset, shape, row, plane } = layout.input;
  const write = (fields: JobFields) => writeJob(memory.buffer, job, fields);
  write({
    ...{ threads, ops: operations, opCount: layout.operations.length, classes, arena, imageBytes },
    ...{ threadBytes },
    ...{ parameters, parameterBytes: layout.parameterBytes, buffers: buffers[0]?.address ?? 0 },
    ...{ input: offset, channels: shape[0], height: shape[1], width: shape[2] },
    ...{ rowFloats: row, planeBytes: 4 * plane },
  });
  writeParameters(layout, memory.buffer, parameters, initial);
  for (const { name, address } of buffers) {
    writeParameters(layout, memory.buffer, address, state.buffers.get(name) as Weights);
  }

  const kernels = instantiateKernels(build.module, memory);
  const others = Array.from({ length: threads - 1 }, (_, i) => i + 1);
  await Promise.all(others.map((thread) => startWorker({ module: build.module, memory, job, thread })));

  let capacity = 0;
  let [labelsAt, logitsAt, lossesAt] = [0, 0, 0];

  /** Places what depends on the size of a batch, and takes more memory for it where needed. */
  function makeRoom(count: number): void {
    capacity = count;
    labelsAt = align(images + count * pixels);
    logitsAt = align(labelsAt + count);
    lossesAt = align(logitsAt + 4 * count * classes);
    const gradients = align(lossesAt + 8 * count);
    const bytes = Math.ceil(count / SLICE) * layout.parameterBytes;
    growMemory(memory, gradients + bytes);
    // No kernel writes the gaps between parameters: what lay here before must not become their gradient.
    new Uint8Array(memory.buffer, gradients, bytes).fill(0);
    write({ images, labels: labelsAt, logits: logitsAt, losses: lossesAt, gradients });
  }

  /** Gives the kernels the pixels of a batch. */
  function take(batch: Uint8Array, count: number): void {
    if (count > capacity) makeRoom(count);
    new Uint8Array(memory.buffer, images).set(batch.subarray(0, count * pixels));
    write({ batch: count, threads: count * work < THREADS_PAY ? 1 : threads });
  }

  let { steps } = state;
  let losses: number[] = [];
  return {
    step({ images, labels }, learningRate = optimizer.learningRate) {
      take(images, labels.length);
      new Uint8Array(memory.buffer, labelsAt).set(labels);
      steps++;
      write(optimizerNumbers({ ...optimizer, learningRate }, steps));
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
        logits.set(new Float32Array(memory.buffer, logitsAt, size * classes), first * classes);
      }
      return logits;
    },
    async weights() {
      return readParameters(layout, memory.buffer, parameters);
    },
    async optimizerState() {
      const read = ({ name, address }: (typeof buffers)[number]) =>
        [name, readParameters(layout, memory.buffer, address)] as const;
      return { steps, buffers: new Map(buffers.map(read)) };
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

/** Of one image's forward pass. */
function multiplications({ layers }: Network): number {
  return layers.reduce((sum, { kind, parameters: [weight], output }) => {
    if (!weight) return sum;
    return sum + sizeOf(weight.shape) * (kind === 'conv2d' ? sizeOf(output.slice(1)) : 1);
  }, 0);
}
