/**
 * @file A whole step of training, or of inference, on one memory shared by all threads.
 *
 * A batch is cut into slices of four images, whatever the number of threads. Each slice sums its gradients in memory of its
 * own, and the slices are added in order: any number of threads gives the same bits.
 */
import { f32_conv3x3, f32_conv3x3_grad_filter, f32_conv3x3_turn } from './conv3x3';
import { f32_image } from './image';
import { f32_linear, f32_linear_grad_input, f32_linear_grad_weight } from './linear';
import { f32_cross_entropy } from './loss';
import { f32_maxpool2x2, f32_maxpool2x2_grad } from './maxpool2x2';
import { CONV3X3, Job, LINEAR, MAXPOOL2X2, Op } from './plan';
import { f32_sgd } from './sgd';

const SLICE: i32 = 4;

@inline
function opAt(job: Job, i: i32): Op {
  return changetype<Op>(job.ops + <usize>i * offsetof<Op>());
}

/** Computes the logits of `job.batch` images into `job.logits`; the workers help. */
export function infer(job: Job): void {
  job.training = 0;
  dispatch(job);
}

/** One step of SGD on the mean loss of `job.batch` images; their losses are left in `job.losses`. */
export function step(job: Job): void {
  for (let i = 0; i < job.opCount; i++) {
    const op = opAt(job, i);
    if (op.kind == CONV3X3 && op.dx) f32_conv3x3_turn(op.extra, job.parameters + op.weight, op.inputs, op.outputs);
  }
  job.training = 1;
  dispatch(job);
  f32_sgd(job.parameters, job.gradients, slicesOf(job), job.parameterBytes, job.learningRate);
}

/** A worker's whole life: sleeps until there is a job, does its share, until it is stopped. */
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

/** Ends the workers. */
export function stop(job: Job): void {
  job.stop = 1;
  wake(job);
}

function wake(job: Job): void {
  const generation = changetype<usize>(job) + offsetof<Job>('generation');
  atomic.add<i32>(generation, 1);
  atomic.notify(generation, -1);
}

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

/** The slices of one thread: every `threads`-th. Each image of a slice has a place of its own in the thread's arena. */
function run(job: Job, thread: i32): void {
  const arena = job.arena + <usize>(thread * SLICE) * job.imageBytes;
  const slices = slicesOf(job);
  for (let slice = thread; slice < slices; slice += job.threads) {
    const first = slice * SLICE;
    const images = min(job.batch - first, SLICE);
    const gradients = job.gradients + <usize>slice * job.parameterBytes;
    if (job.training) clearFilterGradients(job, gradients);
    for (let i = 0; i < images; i++) image(job, arena + <usize>i * job.imageBytes, gradients, first + i);
    if (job.training) linearGradients(job, arena, gradients, images);
  }
}

/** A convolution adds up its gradients image by image. */
function clearFilterGradients(job: Job, gradients: usize): void {
  for (let i = 0; i < job.opCount; i++) {
    const op = opAt(job, i);
    if (op.kind != CONV3X3) continue;
    memory.fill(gradients + op.weight, 0, <usize>(op.inputs * op.outputs) * 36);
    memory.fill(gradients + op.bias, 0, (<usize>op.outputs) << 2);
  }
}

/** A linear layer takes the images of a slice together. */
function linearGradients(job: Job, arena: usize, gradients: usize, images: i32): void {
  for (let i = 0; i < job.opCount; i++) {
    const op = opAt(job, i);
    if (op.kind != LINEAR) continue;
    const dw = gradients + op.weight;
    const db = gradients + op.bias;
    f32_linear_grad_weight(dw, db, arena + op.dy, arena + op.x, job.imageBytes, images, op.inputs, op.outputs);
  }
}

function image(job: Job, arena: usize, gradients: usize, n: i32): void {
  const bytes = job.images + <usize>(n * job.channels * job.height * job.width);
  f32_image(arena + job.input, bytes, job.channels, job.height, job.width, job.rowFloats, job.planeBytes);
  for (let i = 0; i < job.opCount; i++) forward(job, opAt(job, i), arena);
  const last = opAt(job, job.opCount - 1);
  if (!job.training) {
    const logitBytes = (<usize>job.classes) << 2;
    memory.copy(job.logits + <usize>n * logitBytes, arena + last.y, logitBytes);
    return;
  }
  const label = load<u8>(job.labels + <usize>n);
  const loss = f32_cross_entropy(arena + last.dy, arena + last.y, label, job.classes, 1 / <f32>job.batch);
  store<f64>(job.losses + ((<usize>n) << 3), loss);
  for (let i = job.opCount - 1; i >= 0; i--) backward(job, opAt(job, i), arena, gradients);
}

function forward(job: Job, op: Op, arena: usize): void {
  const x = arena + op.x;
  const y = arena + op.y;
  const weight = job.parameters + op.weight;
  const bias = job.parameters + op.bias;
  const relu = op.relu != 0;
  if (op.kind == CONV3X3) {
    f32_conv3x3(y, x, weight, bias, 0, op.inputs, op.outputs, op.height, op.width, op.xPlane, relu);
  } else if (op.kind == MAXPOOL2X2) {
    f32_maxpool2x2(y, arena + op.extra, x, op.inputs, op.height, op.width, op.xPlane, op.yRow, op.yPlane);
  } else if (op.kind == LINEAR) {
    f32_linear(y, x, weight, bias, op.inputs, op.outputs, relu);
  }
}

function backward(job: Job, op: Op, arena: usize, gradients: usize): void {
  const x = arena + op.x;
  const dx = arena + op.dx;
  const y = arena + op.y;
  const dy = arena + op.dy;
  const dw = gradients + op.weight;
  const db = gradients + op.bias;
  const masked = op.masked != 0;
  if (op.kind == CONV3X3) {
    f32_conv3x3_grad_filter(dw, db, dy, x, op.inputs, op.outputs, op.height, op.width, op.xPlane);
    const mask = masked ? x : 0;
    if (op.dx) f32_conv3x3(dx, dy, op.extra, 0, mask, op.outputs, op.inputs, op.height, op.width, op.xPlane, false);
  } else if (op.kind == MAXPOOL2X2) {
    const taken = arena + op.extra;
    if (op.dx) {
      f32_maxpool2x2_grad(dx, dy, y, taken, op.inputs, op.height, op.width, op.xPlane, op.yRow, op.yPlane, masked);
    }
  } else if (op.kind == LINEAR) {
    if (op.dx) f32_linear_grad_input(dx, dy, job.parameters + op.weight, x, op.inputs, op.outputs, masked);
  }
}
