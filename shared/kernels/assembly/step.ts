/**
 * @file A step of training, or inference of a batch, on a memory that all threads share.
 *
 * A batch is cut into slices of four images. Each slice sums its gradients in its own memory, and the optimizer adds the
 * slices in order. The result is therefore the same, bit for bit, for any number of threads.
 */
import { ADAM, SLICE } from '../constants';
import { f32_adam } from './adam';
import { f32_average } from './average';
import { f32_image } from './image';
import { backward, clearGradients, forward, sliceGradients, transformFilter, transformGradientFilter } from './layers';
import { f32_cross_entropy } from './loss';
import { Job, opAt } from './plan';
import { f32_sgd } from './sgd';

/** Computes the logits of `job.batch` images into `job.logits`, on all threads. */
export function infer(job: Job): void {
  transformFilters(job);
  job.training = 0;
  dispatch(job);
}

/** Takes one step of the optimizer on the mean loss of `job.batch` images. Writes their losses to `job.losses`. */
export function step(job: Job): void {
  transformFilters(job);
  for (let i = 0; i < job.opCount; i++) transformGradientFilter(opAt(job.ops, i), job.parameters);
  job.training = 1;
  dispatch(job);
  update(job);
}

/** Transforms the filters, once for all images. */
function transformFilters(job: Job): void {
  for (let i = 0; i < job.opCount; i++) transformFilter(opAt(job.ops, i), job.parameters);
}

/** Takes the optimizer's step, and adds the new weights to their average. */
function update(job: Job): void {
  const w = job.parameters;
  const dw = job.gradients;
  const slices = slicesOf(job);
  const bytes = job.parameterBytes;
  if (job.optimizer == ADAM) f32_adam(w, dw, job.buffers, slices, bytes, job);
  else f32_sgd(w, dw, job.buffers, slices, bytes, job.learningRate, job.momentum, job.weightDecay);
  if (job.average) f32_average(job.average, w, bytes, job.averaging);
}

/** Runs a worker: waits for a job and does its part of it, until `stop` is called. Blocks its thread. */
export function work(job: Job, thread: i32): void {
  const address = changetype<usize>(job);
  let seen = 0;
  while (true) {
    atomic.wait<i32>(address + offsetof<Job>('generation'), seen, -1);
    const generation = atomic.load<i32>(address + offsetof<Job>('generation'));
    if (generation == seen) continue;
    seen = generation;
    if (job.stop) return;
    run(job, thread);
    if (atomic.sub<i32>(address + offsetof<Job>('pending'), 1) == 1) {
      atomic.notify(address + offsetof<Job>('pending'), 1);
    }
  }
}

/** Makes the workers return. */
export function stop(job: Job): void {
  job.stop = 1;
  wake(job);
}

/** Starts a new generation and wakes the workers. */
function wake(job: Job): void {
  const generation = changetype<usize>(job) + offsetof<Job>('generation');
  atomic.add<i32>(generation, 1);
  atomic.notify(generation, -1);
}

/** Runs the job on all threads and waits for the workers. */
function dispatch(job: Job): void {
  const pending = changetype<usize>(job) + offsetof<Job>('pending');
  if (job.threads > 1) {
    atomic.store<i32>(pending, job.threads - 1);
    wake(job);
  }
  run(job, 0);
  if (job.threads > 1) {
    let left = atomic.load<i32>(pending);
    while (left > 0) {
      atomic.wait<i32>(pending, left, -1);
      left = atomic.load<i32>(pending);
    }
  }
}

@inline
function slicesOf(job: Job): i32 {
  return (job.batch + SLICE - 1) / SLICE;
}

/** Computes a thread's slices, every `threads`-th one. Each image of a slice has its own memory in the thread's arena. */
function run(job: Job, thread: i32): void {
  const arena = job.arena + <usize>thread * job.threadBytes;
  const scratch = arena + <usize>SLICE * job.imageBytes;
  const slices = slicesOf(job);
  for (let slice = thread; slice < slices; slice += job.threads) {
    const first = slice * SLICE;
    const images = min(job.batch - first, SLICE);
    const gradients = job.gradients + <usize>slice * job.parameterBytes;
    if (job.training) {
      for (let i = 0; i < job.opCount; i++) clearGradients(opAt(job.ops, i), gradients);
    }
    for (let i = 0; i < images; i++) image(job, arena + <usize>i * job.imageBytes, scratch, gradients, first + i);
    if (job.training) {
      for (let i = 0; i < job.opCount; i++) sliceGradients(opAt(job.ops, i), gradients, arena, job.imageBytes, images, scratch);
    }
  }
}

/** Computes image `n` of the batch: its logits, or its loss and gradients. */
function image(job: Job, arena: usize, scratch: usize, gradients: usize, n: i32): void {
  const bytes = job.images + <usize>(n * job.channels * job.height * job.width);
  f32_image(arena + job.input, bytes, job.channels, job.height, job.width, job.rowFloats, job.planeBytes);
  for (let i = 0; i < job.opCount; i++) forward(opAt(job.ops, i), job.parameters, arena, scratch);
  const last = opAt(job.ops, job.opCount - 1);
  const rowBytes = (<usize>job.classes) << 2;
  if (!job.training) {
    memory.copy(job.logits + <usize>n * rowBytes, arena + last.y, rowBytes);
    return;
  }
  const targets = job.targets + <usize>n * rowBytes;
  const loss = f32_cross_entropy(arena + last.dy, arena + last.y, targets, job.classes, 1 / <f32>job.batch, job.labelSmoothing);
  store<f64>(job.losses + ((<usize>n) << 3), loss);
  for (let i = job.opCount - 1; i >= 0; i--) backward(opAt(job.ops, i), job.parameters, gradients, arena, scratch);
}
