/**
 * @file `npm run bench:gpu`: a step of TinyVGG on each engine for graphics cards, on the cpu engine, and in PyTorch on the same card
 * (pytorch_gpu.py, where python3 has torch with CUDA), in turn. Also what a step costs the main thread, which is JavaScript and Dawn's
 * API, and how many kernels and submissions it is; these mean something on any adapter.
 *
 * `BATCHES=32,256` measures some only; `ALLOW_SOFTWARE=1` takes an adapter that computes on the CPU.
 */
import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { resolveNetwork } from '../../shared/model/spec.ts';
import { Loader } from '../../train/dataset/loader.ts';
import type { Engine } from '../../train/engine/engine.ts';
import { DEVICES, openEngine } from '../../train/engine/open.ts';
import { sgd } from '../../train/engine/optimizer.ts';
import { madeUp } from '../../train/engine/self-test.ts';
import { initialWeights } from '../../train/model/initialize.ts';
import { modelSpec } from '../../train/model/zoo.ts';
import { Generator } from '../../train/random.ts';
import { median, roundsInTurn } from './rounds.ts';

const ROUNDS = 5;
/** Milliseconds that one engine runs in a round. */
const ROUND_TIME = 500;
/** Steps between two reads of losses, as in a training. */
const READ_EVERY = 25;
const IMAGES = 60_000;
/** Epochs of the lab, and how many trainings are told besides one step. */
const [EPOCHS, TRAININGS] = [3, 64];
/** Images of a batch up to which trainings are also done at once: larger ones leave a card nothing to do beside them. */
const REPLICATED = 64;
const PEER = join(import.meta.dirname, 'pytorch_gpu.py');

/** Of one step. */
interface Cost {
  milliseconds: number;
  /** Milliseconds that the main thread computes in a step. While it waits for a card's numbers Dawn keeps it busy, which is left out. */
  mainThread?: number;
  kernels?: number;
  submissions?: number;
}

const batches = (process.env.BATCHES ?? '32,256,2048').split(',').map(Number);
const network = resolveNetwork(modelSpec('tinyvgg'));
const split = madeUp(network, IMAGES);
const calls = { kernels: 0, submissions: 0 };

/** Counts what is asked of the GPU from now on. */
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

/** @param replicas trainings that are done at once; the cost is that of a step of one */
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
    /** Until the engine waits. */
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

/** PyTorch on the same card, if it is there. */
function pytorch(batch: number): { pytorch?: () => Promise<Cost> } {
  const run = (...args: string[]) =>
    execFileSync('python3', [PEER, ...args], { encoding: 'utf8', stdio: 'pipe' });
  try {
    console.log(`PyTorch: ${run('--card').trim()}`);
  } catch {
    console.log('PyTorch with CUDA is not here: no peer to compare with.');
    return {};
  }
  return { pytorch: async () => ({ milliseconds: Number(run('--batch', `${batch}`)) }) };
}

const engines: Engine[] = [];
for (const device of DEVICES.filter((name) => name === 'cpu' || name.includes('webgpu'))) {
  try {
    engines.push(await openEngine(device, { allowSoftwareAdapter: process.env.ALLOW_SOFTWARE === '1' }));
    console.log(`${device}: ${engines.at(-1)?.description}`);
  } catch (error) {
    console.log(`${device} is left out: ${error instanceof Error ? error.message : error}`);
  }
}
if (engines.some(({ name }) => name.includes('webgpu'))) countCalls();

const table = new Table({
  head: [
    ...['batch', 'engine', 'ms a step (raw)', 'images/s', `${TRAININGS} trainings of ${EPOCHS} epochs, min`],
    ...['main thread, ms', 'kernels', 'submissions'],
  ],
  style: { head: [], border: [], compact: true },
});
for (const batch of batches) {
  const ways: Record<string, () => Promise<Cost>> = { ...pytorch(batch) };
  for (const engine of engines) ways[engine.name] = await stepper(engine, batch);
  for (const engine of engines) {
    const { name, concurrency = 1 } = engine;
    if (concurrency > 1 && batch <= REPLICATED)
      ways[`${name}, ${concurrency} at once`] = await stepper(engine, batch, concurrency);
  }
  for (const [name, costs] of Object.entries(await roundsInTurn(ways, ROUNDS))) {
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
