/** @file A session of the cpu engine: its memory, an instance of the kernels, and worker threads. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { ExplainedError } from '#shared/errors.ts';
import type { Choice } from '#shared/kernels/choose.ts';
import { instantiateKernels, type KernelBuild } from '#shared/kernels/kernels.ts';
import { type Network, sizeOf, type Weights } from '#shared/model/spec.ts';
import type { Batch } from '../../dataset/batch.ts';
import { optimizerCoefficients } from '../coefficients.ts';
import type { EngineSession, StepOptions } from '../engine.ts';
import type { Optimizer, OptimizerState } from '../optimizer.ts';
import { SessionMemory } from './memory.ts';

/** Multiplications of a forward pass below which one thread is faster: waking the others costs more than they save. */
const LEAST_PARALLEL_WORK = 2_000_000;
/** Images of one call of the kernels for inference. */
const INFERENCE_BATCH = 256;

export interface SessionOptions {
  build: KernelBuild;
  /** Number of threads, the calling one included. */
  threads: number;
  network: Network;
  /** The kernel of each layer. */
  choices: Choice[];
  weights: Weights;
  optimizer: Optimizer;
  state: OptimizerState;
}

/** Prepares the memory of a session and starts its worker threads. */
export async function openSession(options: SessionOptions): Promise<EngineSession> {
  const { build, threads, network, choices, weights, optimizer, state } = options;
  const memory = new SessionMemory(network, choices, threads, optimizer);
  memory.writeWeights(weights);
  memory.writeBuffers(state.buffers);
  const shared = { module: build.module, memory: memory.memory, job: memory.job };
  const workers = Array.from({ length: threads - 1 }, (_, i) => startWorker({ ...shared, thread: i + 1 }));
  await Promise.all(workers);
  return new CpuSession(options, memory, instantiateKernels(build.module, memory.memory));
}

class CpuSession implements EngineSession {
  readonly #threads: number;
  readonly #optimizer: Optimizer;
  readonly #memory: SessionMemory;
  readonly #kernels: ReturnType<typeof instantiateKernels>;
  readonly #pixels: number;
  readonly #classes: number;
  /** Multiplications of the forward pass of one image. */
  readonly #multiplications: number;
  #steps: number;
  #losses: number[] = [];

  constructor(
    { threads, network, optimizer, state }: SessionOptions,
    memory: SessionMemory,
    kernels: ReturnType<typeof instantiateKernels>,
  ) {
    this.#threads = threads;
    this.#optimizer = optimizer;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#pixels = sizeOf(network.input);
    this.#classes = sizeOf(network.output);
    this.#multiplications = multiplicationsOf(network);
    this.#steps = state.steps;
  }

  step(
    batch: Batch,
    { learningRate = this.#optimizer.learningRate, labelSmoothing = 0 }: StepOptions = {},
  ): void {
    const count = batch.labels.length;
    this.#writeImages(batch.images, count);
    this.#memory.writeTargets(batch);
    this.#steps++;
    const coefficients = optimizerCoefficients({ ...this.#optimizer, learningRate }, this.#steps);
    this.#memory.writeJob({ ...coefficients, labelSmoothing });
    requireWorkers(this.#kernels.step(this.#memory.job));
    const sum = this.#memory.losses(count).reduce((a, b) => a + b, 0);
    this.#losses.push(sum / count);
  }

  async losses(): Promise<number[]> {
    const losses = this.#losses;
    this.#losses = [];
    return losses;
  }

  async logits(images: Uint8Array, count: number): Promise<Float32Array> {
    const logits = new Float32Array(count * this.#classes);
    for (let first = 0; first < count; first += INFERENCE_BATCH) {
      const size = Math.min(INFERENCE_BATCH, count - first);
      this.#writeImages(images.subarray(first * this.#pixels), size);
      requireWorkers(this.#kernels.infer(this.#memory.job));
      logits.set(this.#memory.logits(size), first * this.#classes);
    }
    return logits;
  }

  async weights(): Promise<Weights> {
    return this.#memory.readWeights();
  }

  async load(weights: Weights): Promise<void> {
    this.#memory.writeWeights(weights);
  }

  async optimizerState(): Promise<OptimizerState> {
    return { steps: this.#steps, buffers: this.#memory.readBuffers() };
  }

  close(): void {
    this.#kernels.stop(this.#memory.job);
  }

  /** Writes a batch into the memory, and chooses the number of threads for it. */
  #writeImages(images: Uint8Array, count: number): void {
    if (this.#memory.writeImages(images, count)) this.#kernels.readmit(this.#memory.job, this.#threads - 1);
    const parallel = count * this.#multiplications >= LEAST_PARALLEL_WORK;
    this.#memory.writeJob({ threads: parallel ? this.#threads : 1 });
  }
}

/** @throws ExplainedError of kind `device` */
function requireWorkers(areRunning: boolean): void {
  if (areRunning) return;
  throw new ExplainedError({
    kind: 'device',
    what: 'a thread of the engine cpu has failed',
    next: 'Run the command again, with --resume if it trains. With --threads 1 there are no other threads.',
  });
}

/** Starts a worker thread and waits until it is ready. */
async function startWorker(workerData: object): Promise<void> {
  // Worker threads inherit the flags of the process, and reject some of them, such as --eval.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] });
  await once(worker, 'message');
  // Its session reports that it has failed.
  worker.on('error', () => {});
  worker.unref();
}

/** Counts the multiplications of the forward pass of one image. */
function multiplicationsOf({ layers }: Network): number {
  return layers.reduce((sum, { kind, parameters: [weight], output }) => {
    if (!weight) return sum;
    return sum + sizeOf(weight.shape) * (kind === 'conv2d' ? sizeOf(output.slice(1)) : 1);
  }, 0);
}
