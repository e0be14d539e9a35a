/**
 * @file `npm run bench:gpu`: a training step of TinyVGG on the webgpu engine, on the cpu engine, and in PyTorch on the same GPU
 * (pytorch_gpu.py, if python3 has torch with CUDA), in turn. It also measures the main thread's time per step (JavaScript and Dawn's
 * API), and counts kernels and submissions. These numbers are meaningful on any adapter.
 *
 * `BATCHES=32,256` selects batch sizes. `ALLOW_SOFTWARE=1` allows an adapter that computes on the CPU.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import { resolveNetwork } from '../../shared/model/spec.ts';
import { Loader } from '../../train/dataset/loader.ts';
import type { Engine } from '../../train/engine/engine.ts';
import { openEngine } from '../../train/engine/open.ts';
import { sgd } from '../../train/engine/optimizer.ts';
import { syntheticSplit } from '../../train/engine/self-test.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import { median } from '../support/statistics.ts';
import { roundsInTurn } from './rounds.ts';

new Command('npm run bench:gpu')
  .description(
    'Compares a training step of TinyVGG on the webgpu engine, the cpu engine and PyTorch on the same GPU.',
  )
  .addHelpText(
    'after',
    `
Environment:
  BATCHES         batch sizes, separated by commas
  ALLOW_SOFTWARE  1 allows an adapter that computes on the CPU`,
  )
  .showHelpAfterError('Run with --help for usage.')
  .parse();

const ROUNDS = 5;
/** Milliseconds for which an engine runs in a round. */
const ROUND_TIME = 500;
/** Number of steps between two reads of the losses, as in training. */
const READ_EVERY = 25;
const IMAGES = 60_000;
/** The table extrapolates the time of so many training runs with the epochs of the lab. */
const [EPOCHS, TRAININGS] = [3, 64];
/** Largest batch size at which several training runs are also measured at once. A larger batch occupies the whole GPU. */
const REPLICATED = 64;
const PEER = join(import.meta.dirname, 'pytorch_gpu.py');

/** The cost of one step. */
interface Cost {
  milliseconds: number;
  /** CPU time of the main thread in milliseconds, without its wait for results of the GPU, during which Dawn keeps it busy. */
  mainThread?: number;
  kernels?: number;
  submissions?: number;
}

const batches = (process.env.BATCHES ?? '32,256,2048').split(',').map(Number);
const network = resolveNetwork(modelSpec('tinyvgg'));
const split = syntheticSplit(network, IMAGES);
const calls = { kernels: 0, submissions: 0 };

/** Begins to count the kernels and submissions of all GPU devices. */
function countCalls(): void {
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...sizes) {
    calls.kernels++;
    return dispatchWorkgroups.apply(this, sizes);
  };
  const { submit } = GPUQueue.prototype;
  GPUQueue.prototype.submit = function (buffers) {
    calls.submissions++;
    return submit.call(this, buffers);
  };
}

/** Returns a function that measures an engine. @param replicas training runs at once; the result is the cost of a step of one of them */
async function stepper(engine: Engine, batchSize: number, replicas = 1): Promise<() => Promise<Cost>> {
  const weights = initialWeights(network, Generator.seeded(42));
  const sessions = await Promise.all(
    Array.from({ length: replicas }, () => engine.open(network, weights, sgd(0.1))),
  );
  const losses = () => Promise.all(sessions.map((session) => session.losses()));
  const loader = new Loader(split, { batchSize, shuffle: true, generator: Generator.seeded(42) });
  let epoch = loader.epoch();
  const measure = async (time: number): Promise<Cost> => {
    const [start, before] = [performance.now(), { ...calls }];
    let [steps, main] = [0, 0];
    /** Adds the CPU time of the synchronous part of `work`. */
    const compute = <T>(work: () => T): T => {
      const before = process.threadCpuUsage();
      const result = work();
      const { user, system } = process.threadCpuUsage(before);
      main += (user + system) / 1000;
      return result;
    };
    do {
      let { value, done } = epoch.next();
      if (done) {
        epoch = loader.epoch();
        value = epoch.next().value;
      }
      compute(() => {
        if (value) for (const session of sessions) session.step(value);
      });
      steps += replicas;
      if (steps % (READ_EVERY * replicas) === 0) await compute(losses);
    } while (performance.now() - start < time);
    await compute(losses);
    return {
      milliseconds: (performance.now() - start) / steps,
      mainThread: main / steps,
      kernels: (calls.kernels - before.kernels) / steps,
      submissions: (calls.submissions - before.submissions) / steps,
    };
  };
  await measure(0);
  return () => measure(ROUND_TIME);
}

/** Returns the measurement of PyTorch on the same GPU, if it is installed. */
function pytorch(batch: number): { pytorch?: () => Promise<Cost> } {
  const run = (...args: string[]) =>
    execFileSync('python3', [PEER, ...args], { encoding: 'utf8', stdio: 'pipe' });
  try {
    console.log(`PyTorch: ${run('--card').trim()}`);
  } catch {
    console.log('PyTorch with CUDA is not installed, so there is no comparison.');
    return {};
  }
  return { pytorch: async () => ({ milliseconds: Number(run('--batch', `${batch}`)) }) };
}

const engines: Engine[] = [];
for (const device of ['cpu', 'webgpu']) {
  try {
    engines.push(await openEngine(device, { allowSoftwareAdapter: process.env.ALLOW_SOFTWARE === '1' }));
    console.log(`${device}: ${engines.at(-1)?.description}`);
  } catch (error) {
    console.log(`${device} is not measured: ${error instanceof Error ? error.message : error}`);
  }
}
if (engines.some(({ name }) => name === 'webgpu')) countCalls();

const table = new Table({
  head: [
    ...['batch', 'engine', 'ms a step (raw)', 'images/s', `${TRAININGS} runs of ${EPOCHS} epochs, min`],
    ...['main thread, ms', 'kernels', 'submissions'],
  ],
  style: { head: [], border: [], compact: true },
});
for (const batch of batches) {
  const variants: Record<string, () => Promise<Cost>> = { ...pytorch(batch) };
  for (const engine of engines) variants[engine.name] = await stepper(engine, batch);
  for (const engine of engines) {
    const { name, concurrency = 1 } = engine;
    if (concurrency > 1 && batch <= REPLICATED)
      variants[`${name}, ${concurrency} at once`] = await stepper(engine, batch, concurrency);
  }
  for (const [name, costs] of Object.entries(await roundsInTurn(variants, ROUNDS))) {
    const times = costs.map(({ milliseconds }) => milliseconds);
    const of = (key: 'mainThread' | 'kernels' | 'submissions', digits: number) => {
      const values = costs.flatMap((cost) => cost[key] ?? []);
      return values.length > 0 ? median(values).toFixed(digits) : '–';
    };
    const time = median(times);
    const minutes = (TRAININGS * EPOCHS * Math.ceil(IMAGES / batch) * time) / 60_000;
    table.push([
      ...[batch, name, `${time.toFixed(2)}  (${times.map((each) => each.toFixed(2)).join(', ')})`],
      ...[Math.round((1000 * batch) / time), minutes.toFixed(1)],
      ...[of('mainThread', 2), of('kernels', 1), of('submissions', 2)],
    ]);
  }
}
console.log(`${availableParallelism()} cores, Node ${process.version}\n${table.toString()}`);
