/** @file What a step is told, as it lies in memory: 32-bit words, in this order. shared/kernels/plan.ts writes them. */

/** One layer. Tensors are offsets into an image's part of the arena, weights offsets into the parameters, strides bytes. */
@unmanaged
export class Operation {
  kind: i32;
  /** Input, its gradient (0 when nobody needs it), output, its gradient. */
  x: usize;
  dx: usize;
  y: usize;
  dy: usize;
  weight: usize;
  bias: usize;
  /** CONV3X3: address of the turned filter; WINOGRAD: of the transformed one of the way back. Pooling: offset of what was taken. */
  extra: usize;
  /** Channels, or vector sizes. */
  inputs: i32;
  outputs: i32;
  /** Of x. */
  height: i32;
  width: i32;
  xRow: usize;
  xPlane: usize;
  yHeight: i32;
  yWidth: i32;
  yRow: usize;
  yPlane: usize;
  /** Edge of a filter or a window; 1 for a linear layer. */
  kernelSize: i32;
  stride: i32;
  /** Rows and columns of zeros before the image. */
  before: i32;
  /** A SIMD kernel's output passes through a ReLU. */
  relu: i32;
  /** A SIMD kernel's input came out of such a ReLU: its gradient is masked. */
  masked: i32;
}

/** The operation number `i` of those at `ops`. */
@inline
export function opAt(ops: usize, i: i32): Operation {
  return changetype<Operation>(ops + <usize>i * offsetof<Operation>());
}

/** A session and what it is to do next. */
@unmanaged
export class Job {
  /** Counts the jobs; workers sleep on it. */
  generation: i32;
  /** Workers that have not finished the present job; the main thread sleeps on it. */
  pending: i32;
  /** 1 ends the workers. */
  stop: i32;
  threads: i32;
  /** 1: also the gradients. */
  training: i32;
  /** Images. */
  batch: i32;
  ops: usize;
  opCount: i32;
  /** Pixel bytes [batch, channels, height, width], labels [batch]. */
  images: usize;
  labels: usize;
  /** float32 [batch, classes]. */
  logits: usize;
  /** float64 [batch]. */
  losses: usize;
  classes: i32;
  /** Memory for the four images of a slice and for intermediate results, thread after thread; bytes of one image and thread. */
  arena: usize;
  imageBytes: usize;
  threadBytes: usize;
  /** All weights; their gradients, once per slice of the batch. */
  parameters: usize;
  gradients: usize;
  parameterBytes: usize;
  /** Offset and layout of the first layer's input. */
  input: usize;
  channels: i32;
  height: i32;
  width: i32;
  rowFloats: i32;
  planeBytes: usize;
  /** SGD or ADAM, with what it remembers: buffers laid out like the parameters, one after the other; 0 for none. */
  optimizer: i32;
  buffers: usize;
  /** Adam: divided by 1 − beta1ᵗ. */
  learningRate: f32;
  weightDecay: f32;
  momentum: f32;
  beta1: f32;
  /** 1 − beta1, rounded once. */
  rest1: f32;
  beta2: f32;
  rest2: f32;
  /** √(1 − beta2ᵗ). */
  correction: f32;
  epsilon: f32;
}
