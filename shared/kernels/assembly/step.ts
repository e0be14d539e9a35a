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

/**
 * Computes the logits of `job.batch` images into `job.logits`, on all threads.
 * @returns false if a worker has failed
 */
export function infer(job: Job): bool {
  transformFilters(job);
  job.training = 0;
  return dispatch(job);
}

/**
 * Takes one step of the optimizer on the mean loss of `job.batch` images. Writes their losses to `job.losses`.
 * @returns false if a worker has failed. The parameters are then as before
 */
export function step(job: Job): bool {
  transformFilters(job);
  for (let i = 0; i < job.opCount; i++) transformGradientFilter(opAt(job.ops, i), job.parameters);
  job.training = 1;
  if (!dispatch(job)) return false;
  update(job);
  return true;
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

/** What the workers do when a new generation starts: compute slices, call `work` again, or end. */
const COMPUTE: i32 = 0;
const CALL_AGAIN: i32 = 1;
const END: i32 = 2;

/**
 * Runs a worker: waits for jobs and takes slices of them. Blocks its thread.
 * @returns whether the thread is to call it again; false when the session has ended
 */
export function work(job: Job, thread: i32): bool {
  const generation = addressOf(job, offsetof<Job>('generation'));
  let seen = atomic.load<i32>(generation);
  if (job.order == END) return false;
  arrive(job, 1);
  while (true) {
    seen = awaitChange(generation, seen);
    if (job.order != COMPUTE) return job.order == CALL_AGAIN;
    run(job, thread);
  }
}

/** Makes the workers return. */
export function stop(job: Job): void {
  job.order = END;
  wake(job);
}

/**
 * Makes the workers call `work` again, and waits for them. A thread learns between two calls that another one has made the memory grow. Until then,
 * `memory.fill` and `memory.copy` trap behind the old end.
 */
export function readmit(job: Job, workers: i32): void {
  awaitArrivals(job, workers);
  atomic.store<i32>(addressOf(job, offsetof<Job>('arrivals')), 0);
  job.order = CALL_AGAIN;
  wake(job);
  awaitArrivals(job, workers);
  job.order = COMPUTE;
}

/** Waits until this many workers wait for a job. */
function awaitArrivals(job: Job, workers: i32): void {
  const arrivals = addressOf(job, offsetof<Job>('arrivals'));
  let count = atomic.load<i32>(arrivals);
  while (count < workers) count = awaitChange(arrivals, count);
}

function arrive(job: Job, workers: i32): void {
  const arrivals = addressOf(job, offsetof<Job>('arrivals'));
  atomic.add<i32>(arrivals, workers);
  atomic.notify(arrivals, 1);
}

/** Ends the waiting for a worker that has failed. */
export function fail(job: Job): void {
  const pending = addressOf(job, offsetof<Job>('pending'));
  atomic.store<i32>(addressOf(job, offsetof<Job>('failed')), 1);
  atomic.store<i32>(pending, 0);
  atomic.notify(pending, 1);
  arrive(job, EVERY_WORKER);
}

/** More workers than there are. */
const EVERY_WORKER: i32 = 1 << 20;

/** Starts a new generation and wakes the workers. */
function wake(job: Job): void {
  const generation = addressOf(job, offsetof<Job>('generation'));
  atomic.add<i32>(generation, 1);
  atomic.notify(generation, -1);
}

/**
 * Runs the job on all threads and waits for its slices, not for the workers: one that wakes late has nothing to do.
 * @returns false if a worker has failed
 */
function dispatch(job: Job): bool {
  const pending = addressOf(job, offsetof<Job>('pending'));
  const slices = slicesOf(job);
  atomic.store<i32>(pending, slices);
  atomic.store<i32>(addressOf(job, offsetof<Job>('left')), slices);
  if (job.threads > 1) wake(job);
  run(job, 0);
  let missing = atomic.load<i32>(pending);
  while (missing > 0) missing = awaitChange(pending, missing);
  return atomic.load<i32>(addressOf(job, offsetof<Job>('failed'))) == 0;
}

/** Loads of a word before its thread sleeps: about half a millisecond. The system takes up to 0.2 ms to wake a sleeping thread. */
const SPINS = 1_000_000;

/** Waits until the word at `address` is not `value`, and returns it. */
function awaitChange(address: usize, value: i32): i32 {
  while (true) {
    for (let i = 0; i < SPINS; i++) {
      const word = atomic.load<i32>(address);
      if (word != value) return word;
    }
    atomic.wait<i32>(address, value, -1);
  }
}

@inline
function addressOf(job: Job, offset: usize): usize {
  return changetype<usize>(job) + offset;
}

@inline
function slicesOf(job: Job): i32 {
  return (job.batch + SLICE - 1) / SLICE;
}

/**
 * Computes slices until none is left. Each image of a slice has its own memory in the thread's arena. A late worker must not read the job before
 * it has a slice: none is left while the next job is written.
 */
function run(job: Job, thread: i32): void {
  const left = addressOf(job, offsetof<Job>('left'));
  const pending = addressOf(job, offsetof<Job>('pending'));
  while (true) {
    const slice = atomic.sub<i32>(left, 1) - 1;
    if (slice < 0) return;
    computeSlice(job, slice, job.arena + <usize>thread * job.threadBytes);
    if (atomic.sub<i32>(pending, 1) == 1) atomic.notify(pending, 1);
  }
}

/** Computes the logits of a slice's images, or their losses and the slice's gradients. */
function computeSlice(job: Job, slice: i32, arena: usize): void {
  const scratch = arena + <usize>SLICE * job.imageBytes;
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
