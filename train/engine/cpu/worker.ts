/** @file A thread of the cpu engine: an instance of the kernels over the shared memory, asleep between jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { instantiateKernels } from '#shared/kernels/kernels.ts';

const { module, memory, job, thread } = workerData;
const kernels = instantiateKernels(module, memory);
parentPort?.postMessage('ready');
kernels.work(job, thread);
