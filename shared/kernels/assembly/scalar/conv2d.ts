/** @file Convolution with any kernel size, stride and padding, for one image. Sizes and strides are fields of the operation. */
import { Operation } from '../plan';

const OUTPUT: i32 = 0;
const INPUT: i32 = 1;
const FILTER: i32 = 2;

/** y [outputs] = conv(x [inputs], w [outputs, inputs, kernelSize, kernelSize]) + bias [outputs]. */
export function f32_scalar_conv2d(op: Operation, y: usize, x: usize, w: usize, bias: usize): void {
  for (let o = 0; o < op.outputs; o++) {
    const value = load<f32>(bias + ((<usize>o) << 2));
    for (let i = 0; i < op.yHeight; i++) {
      const row = y + <usize>o * op.yPlane + <usize>i * op.yRow;
      for (let j = 0; j < op.yWidth; j++) store<f32>(row + ((<usize>j) << 2), value);
    }
  }
  eachTap(op, y, x, w, OUTPUT);
}

/** dx [inputs] = the gradient of the input, from dy. */
export function f32_scalar_conv2d_grad_input(op: Operation, dx: usize, dy: usize, w: usize): void {
  for (let c = 0; c < op.inputs; c++) {
    for (let i = 0; i < op.height; i++) {
      memory.fill(dx + <usize>c * op.xPlane + <usize>i * op.xRow, 0, (<usize>op.width) << 2);
    }
  }
  eachTap(op, dy, dx, w, INPUT);
}

/** Adds the gradients of the filter and the bias, from dy and x, to dw and db. */
export function f32_scalar_conv2d_grad_filter(op: Operation, dw: usize, db: usize, dy: usize, x: usize): void {
  for (let o = 0; o < op.outputs; o++) {
    let sum: f64 = 0;
    for (let i = 0; i < op.yHeight; i++) {
      const row = dy + <usize>o * op.yPlane + <usize>i * op.yRow;
      for (let j = 0; j < op.yWidth; j++) sum += load<f32>(row + ((<usize>j) << 2));
    }
    const at = db + ((<usize>o) << 2);
    store<f32>(at, load<f32>(at) + <f32>sum);
  }
  eachTap(op, dy, x, dw, FILTER);
}

/** Returns the first output row (or column) whose input under row (or column) `tap` of the filter is at `position` or later. */
@inline
function outputAt(op: Operation, position: i32, tap: i32): i32 {
  return max(0, (position + op.before - tap + op.stride - 1) / op.stride);
}

/**
 * Visits every multiplication, a row at a time. The weight of a tap connects input pixel (i · stride + ky − before,
 * j · stride + kx − before) with output pixel (i, j). Pixels of the padding are zero and are skipped.
 * @param target OUTPUT, INPUT or FILTER: the tensor that is computed from the other two
 */
function eachTap(op: Operation, y: usize, x: usize, w: usize, target: i32): void {
  const step = (<usize>op.stride) << 2;
  for (let o = 0; o < op.outputs; o++) {
    for (let c = 0; c < op.inputs; c++) {
      for (let ky = 0; ky < op.kernelSize; ky++) {
        const rows = min(op.yHeight, outputAt(op, op.height, ky));
        for (let kx = 0; kx < op.kernelSize; kx++) {
          const first = outputAt(op, 0, kx);
          const columns = min(op.yWidth, outputAt(op, op.width, kx)) - first;
          let sum: f64 = 0;
          for (let i = outputAt(op, 0, ky); i < rows; i++) {
            const xRow = x + <usize>c * op.xPlane + <usize>(i * op.stride + ky - op.before) * op.xRow;
            const xAt = xRow + ((<usize>(first * op.stride + kx - op.before)) << 2);
            const yAt = y + <usize>o * op.yPlane + <usize>i * op.yRow + ((<usize>first) << 2);
            if (target == OUTPUT) addRow(yAt, 4, xAt, step, columns, load<f32>(w));
            else if (target == INPUT) addRow(xAt, step, yAt, 4, columns, load<f32>(w));
            else sum += multiplyRows(yAt, xAt, step, columns);
          }
          if (target == FILTER) store<f32>(w, load<f32>(w) + <f32>sum);
          w += 4;
        }
      }
    }
  }
}

/** to[i · toStep] += factor · from[i · fromStep] for i < count. Steps are in bytes. */
@inline
function addRow(to: usize, toStep: usize, from: usize, fromStep: usize, count: i32, factor: f32): void {
  for (let i = 0; i < count; i++) {
    store<f32>(to, load<f32>(to) + factor * load<f32>(from));
    to += toStep;
    from += fromStep;
  }
}

/** Returns Σ a[i] · b[i · step] over i < count. The step is in bytes. */
@inline
function multiplyRows(a: usize, b: usize, step: usize, count: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    sum += <f64>load<f32>(a) * <f64>load<f32>(b);
    a += 4;
    b += step;
  }
  return sum;
}
