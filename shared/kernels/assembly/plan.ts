/** @file What a step is told, as it lies in memory: 32-bit words, in this order. train/engine/cpu/plan.ts writes them. */

export const CONV3X3: i32 = 1;
export const MAXPOOL2X2: i32 = 2;
export const LINEAR: i32 = 3;

/** One layer with the ReLU behind it. Tensors are offsets into an image's part of the arena, weights offsets into the parameters. */
@unmanaged
export class Op {
  kind: i32;
  /** Input, its gradient (0 when nobody needs it), output, its gradient. */
  x: usize;
  dx: usize;
  y: usize;
  dy: usize;
  weight: usize;
  bias: usize;
  /** Convolution: address of the turned filter. Pooling: offset of what was taken. */
  extra: usize;
  /** Channels, or vector sizes. */
  inputs: i32;
  outputs: i32;
  /** Of x. */
  height: i32;
  width: i32;
  xPlane: usize;
  yRow: usize;
  yPlane: usize;
  /** The output passes through a ReLU. */
  relu: i32;
  /** The input came out of a ReLU: its gradient is masked. */
  masked: i32;
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
  /** Memory for the four images of a slice, thread after thread; bytes of one image. */
  arena: usize;
  imageBytes: usize;
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
  learningRate: f32;
}
