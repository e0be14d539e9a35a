/** @file The structures in memory that control the kernels. shared/kernels/plan.ts writes them. Each field has 32 bits. */

/**
 * A layer with its kernel. Tensors are offsets into an image's part of the arena; weight and bias are offsets into the
 * parameters; strides are in bytes.
 */
@unmanaged
export class Operation {
  /** The kernel: CONV3X3 and so on (constants.ts). */
  kind: i32;
  /** The input x, the output y, and their gradients; `dx` is 0 for none. */
  x: usize;
  dx: usize;
  y: usize;
  dy: usize;
  weight: usize;
  bias: usize;
  /**
   * Convolution: address of the filter as the kernel needs it, then of the one for the gradient of the input; 0 for none. Pooling: offset
   * of `argmax`.
   */
  extra: usize;
  /** Channels; features of a linear layer. */
  inputs: i32;
  outputs: i32;
  /** Shape and strides of x, then of y. */
  height: i32;
  width: i32;
  xRow: usize;
  xPlane: usize;
  yHeight: i32;
  yWidth: i32;
  yRow: usize;
  yPlane: usize;
  /** Edge of the filter or window; 1 for a linear layer. */
  kernelSize: i32;
  stride: i32;
  /** Rows and columns of padding before the image. */
  before: i32;
  /** Bytes from row to row, and from plane to plane, of the phases of CONV2D, CONV2D_WINOGRAD and MAXPOOL2D (phases.ts). */
  phaseRow: usize;
  phasePlane: usize;
  /** Edge of the input tiles of CONV2D_WINOGRAD: 6, 7 or 8 (winograd4/convolution.ts). */
  tile: i32;
  /** 1 if the kernel applies a ReLU to its output. */
  relu: i32;
  /** 1 if the input is the output of such a ReLU. The kernel then masks the gradient of the input. */
  masked: i32;
}

/** Returns operation `i` of the array at `ops`. */
@inline
export function opAt(ops: usize, i: i32): Operation {
  return changetype<Operation>(ops + <usize>i * offsetof<Operation>());
}

/** A session and its current job. */
@unmanaged
export class Job {
  /** Number of jobs so far. A new number starts the workers. */
  generation: i32;
  /** Slices of the current job that are not computed. The main thread waits for it to reach 0. */
  pending: i32;
  /** Slices that no thread has taken. The next one that is taken is the last of them. */
  left: i32;
  /** What a new number of jobs makes the workers do (step.ts). */
  order: i32;
  /** Workers that have called `work`. */
  arrivals: i32;
  /** 1 if a worker has failed. */
  failed: i32;
  threads: i32;
  /** 1 computes the gradients, too. */
  training: i32;
  /** Number of images. */
  batch: i32;
  ops: usize;
  opCount: i32;
  /** Addresses of the pixel bytes [batch, channels, height, width] and of the targets, float32 [batch, classes]. */
  images: usize;
  targets: usize;
  /** Address of the logits, float32 [batch, classes]. */
  logits: usize;
  /** Address of the losses, float64 [batch]. */
  losses: usize;
  classes: i32;
  /** Address of the memory of the threads, one after the other: for each, the images of a slice, then scratch. */
  arena: usize;
  /** Bytes of an image, then bytes of a thread. */
  imageBytes: usize;
  threadBytes: usize;
  /** All parameters, and their gradients for each slice of the batch. */
  parameters: usize;
  gradients: usize;
  parameterBytes: usize;
  /** The network's input: offset in the arena, shape and strides. */
  input: usize;
  channels: i32;
  height: i32;
  width: i32;
  rowFloats: i32;
  planeBytes: usize;
  /** SGD or ADAM, and its buffers in the layout of the parameters, one after the other; 0 for none. */
  optimizer: i32;
  buffers: usize;
  /** Address of the average of the weights; 0 for none. */
  average: usize;
  /** The learning rate; for Adam, divided by 1 − beta1ᵗ. */
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
  /** Adam: factor of the weights before the step; 1 without decoupled weight decay. */
  keep: f32;
  /** Decay of the average of the weights. */
  averaging: f32;
  labelSmoothing: f32;
}
