/** @file A worker thread of the cpu engine: it runs the kernels on the session's shared memory and sleeps between jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernels } from '#shared/kernels/kernels.ts';

const { module, memory, job, thread } = workerData;
const kernels = instantiateKernels(module, memory);
parentPort?.postMessage('ready');
try {
  while (kernels.work(job, thread));
} catch (error) {
  kernels.fail(job);
  throw error;
}
