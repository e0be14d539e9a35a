/** @file The threads of a session of the cpu engine: none misses that the memory has grown, and one that fails ends the step. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { chooseKernels } from '../../../shared/kernels/choose.ts';
import { compileKernels, instantiateKernels } from '../../../shared/kernels/kernels.ts';
import { resolveNetwork } from '../../../shared/model/spec.ts';
import { SessionMemory } from '../../../train/engine/cpu/memory.ts';
import { sgd } from '../../../train/engine/optimizer.ts';
import { modelSpec } from '../../../train/model/zoo.ts';
import { expectSuccess, run } from '../../support/command.ts';

/** The first core that this process may use. */
async function firstCore(): Promise<string> {
  const { stdout } = await expectSuccess(run('taskset', ['--cpu-list', '--pid', `${process.pid}`]));
  return /: (\d+)/.exec(stdout)?.[1] ?? '0';
}

it.skipIf(process.platform !== 'linux')(
  'ends all steps when the memory grows while the threads share one core',
  { tags: ['slow'] },
  async () => {
    const script = join(import.meta.dirname, 'growing-batches.child.ts');
    const args = ['--cpu-list', await firstCore(), process.execPath, script];
    await expectSuccess(run('taskset', args, { timeout: 120_000 }));
  },
);

it('a thread that fails ends the step, which says so', async () => {
  const [relaxed, simd] = await Promise.all(
    ['relaxed', 'simd'].map(
      async (name) => new Uint8Array(await readFile(`shared/kernels/build/${name}.wasm`)),
    ),
  );
  const { module } = await compileKernels({ relaxed, simd });
  const network = resolveNetwork(modelSpec('tinyvgg'));
  const memory = new SessionMemory(network, chooseKernels(network, 'winograd'), 2, sgd(0.1));
  const { job } = memory;
  memory.writeImages(new Uint8Array(64 * 784), 64);
  memory.writeTargets({ images: new Uint8Array(), labels: new Uint16Array(64) });
  // The memory of the second thread would begin behind the end of all memory.
  memory.writeJob({ threads: 2, threadBytes: 2 ** 29 });
  const workerData = { module, memory: memory.memory, job, thread: 1 };
  const worker = new Worker(join(import.meta.dirname, '../../../train/engine/cpu/worker.ts'), { workerData });
  await once(worker, 'message');
  const failed = once(worker, 'error');
  const kernels = instantiateKernels(module, memory.memory);
  const before = memory.readWeights();
  // In a step that ends before the thread wakes, it does not fail.
  let steps = 0;
  do expect(steps++).toBeLessThan(1000);
  while (kernels.infer(job));
  expect(Boolean(kernels.step(job))).toBe(false);
  expect(memory.readWeights()).toEqual(before);
  expect(String(await failed)).toMatch(/memory access out of bounds/);
});
