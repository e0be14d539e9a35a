/**
 * @file The input of a convolution or pooling with any filter, stride and padding, as planes on which a tap is an offset.
 *
 * With stride s, row (and column) i of the padded image belongs to phase i mod s. A phase is a plane of its own, so that under each tap
 * of the filter lie adjacent floats for adjacent outputs, whatever the stride: tap (ky, kx) of output (i, j) is at
 * (i + ky / s) · row + j + kx / s of phase (ky mod s, kx mod s). A filter smaller than the stride touches `kernelSize` phases only.
 *
 * The planes hold zeros for the padding. The zeros after a row are also the zeros before the next one; shared/kernels/phases.ts chooses
 * the length of a row so that they suffice. Outputs have rows of the same length, and their last floats are meaningless. The kernels
 * compute all rows as a single one.
 */
import { Operation } from './plan';
import { VECTOR } from './simd';

/** Returns the number of phases in each direction. */
@inline
export function phasesOf(op: Operation): i32 {
  return min(op.stride, op.kernelSize);
}

/** Returns the number of taps that fall on a phase, in each direction. */
@inline
export function tapsOf(op: Operation, phase: i32): i32 {
  return (op.kernelSize - phase + op.stride - 1) / op.stride;
}

/** Returns the first row (or column) of a phase that lies in the image. */
@inline
export function firstOf(op: Operation, phase: i32): i32 {
  return max(0, (op.before - phase + op.stride - 1) / op.stride);
}

/** Returns the row (or column) of the image at a row of a phase. */
@inline
export function pixelAt(op: Operation, phase: i32, row: i32): i32 {
  return row * op.stride + phase - op.before;
}

/** Returns one past the last row (or column) of a phase that lies in an image of `size` rows. */
@inline
export function endOf(op: Operation, size: i32, phase: i32): i32 {
  return (size + op.before - phase + op.stride - 1) / op.stride;
}

/** Bytes from the start of a plane of output gradients to its first pixel: zeros for the taps above and to the left. */
@inline
export function aboveOf(op: Operation): usize {
  const taps = <usize>((op.kernelSize - 1) / op.stride);
  return taps * (op.phaseRow + 4);
}

/** phases [phases, phases, channels] of op.phasePlane bytes = x [channels] of op. */
export function toPhases(op: Operation, phases: usize, x: usize, channels: i32): void {
  const count = phasesOf(op);
  memory.fill(phases, 0, <usize>(count * count * channels) * op.phasePlane);
  for (let py = 0; py < count; py++) {
    for (let px = 0; px < count; px++) {
      for (let c = 0; c < channels; c++) {
        const y0 = firstOf(op, py);
        const x0 = firstOf(op, px);
        const left = pixelAt(op, px, x0);
        const columns = endOf(op, op.width, px) - x0;
        const end = endOf(op, op.height, py);
        for (let i = y0; i < end; i++) {
          const from = x + <usize>c * op.xPlane + <usize>pixelAt(op, py, i) * op.xRow + ((<usize>left) << 2);
          gatherRow(phases + <usize>i * op.phaseRow + ((<usize>x0) << 2), from, columns, op.stride);
        }
        phases += op.phasePlane;
      }
    }
  }
}

/**
 * The pixels of one phase and channel of x [height, width] = rows `from` up to `to` of the phase.
 * @param plane address of row `from`, if its rows have `rowBytes` bytes
 * @param mask a plane in the layout of x, or 0 for none: x is zero where it is not positive
 */
export function fromPhase(
  op: Operation,
  x: usize,
  plane: usize,
  rowBytes: usize,
  from: i32,
  to: i32,
  py: i32,
  px: i32,
  mask: usize,
): void {
  const y0 = firstOf(op, py);
  const x0 = firstOf(op, px);
  const left = pixelAt(op, px, x0);
  const columns = endOf(op, op.width, px) - x0;
  const end = min(to, endOf(op, op.height, py));
  for (let i = max(from, y0); i < end; i++) {
    const at = <usize>pixelAt(op, py, i) * op.xRow + ((<usize>left) << 2);
    const row = plane + <usize>(i - from) * rowBytes + ((<usize>x0) << 2);
    scatterRow(x + at, row, columns, op.stride, mask ? mask + at : 0);
  }
}

/** planes [channels] of op.phasePlane bytes = y [channels, yHeight, yWidth] with `aboveOf` bytes of zeros before it, and zeros after rows. */
export function toPlanes(op: Operation, planes: usize, y: usize, channels: i32): void {
  memory.fill(planes, 0, <usize>channels * op.phasePlane);
  planes += aboveOf(op);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < op.yHeight; i++) {
      gatherRow(planes + <usize>i * op.phaseRow, y + <usize>c * op.yPlane + <usize>i * op.yRow, op.yWidth, 1);
    }
    planes += op.phasePlane;
  }
}

/** y [rows, yWidth] = the rows of a plane, of `rowBytes` bytes; with op.relu, the maximum of that and 0. */
export function fromPlane(op: Operation, y: usize, plane: usize, rowBytes: usize, rows: i32): void {
  for (let i = 0; i < rows; i++) {
    copyRow(y + <usize>i * op.yRow, plane + <usize>i * rowBytes, op.yWidth, op.relu != 0);
  }
}

@inline
function rectified(value: v128, relu: bool): v128 {
  return relu ? f32x4.pmax(value, f32x4.splat(0)) : value;
}

/** to [count] = from; with `relu`, the maximum of that and 0. */
@inline
function copyRow(to: usize, from: usize, count: i32, relu: bool): void {
  const bytes = (<usize>count) << 2;
  let at: usize = 0;
  for (; at + VECTOR <= bytes; at += VECTOR) v128.store(to + at, rectified(v128.load(from + at), relu));
  for (; at < bytes; at += 4) v128.store_lane<u32>(to + at, rectified(v128.load32_zero(from + at), relu), 0);
}

/** Returns the floats 0, 2, 4 and 6. */
@inline
function everySecond(from: usize): v128 {
  return v128.shuffle<f32>(v128.load(from), v128.load(from, 12), 0, 2, 5, 7);
}

/** to[j] = from[j · stride] for j < count. */
@inline
function gatherRow(to: usize, from: usize, count: i32, stride: i32): void {
  if (stride == 1) return copyRow(to, from, count, false);
  const step = (<usize>stride) << 2;
  let j = 0;
  if (stride == 2) {
    for (; j + 4 <= count; j += 4) {
      v128.store(to, everySecond(from));
      to += VECTOR;
      from += 2 * VECTOR;
    }
  }
  for (; j < count; j++) {
    store<f32>(to, load<f32>(from));
    to += 4;
    from += step;
  }
}

/** to[j · stride] = from[j] for j < count, or 0 where mask[j · stride] is not positive. Without branches: signs are random. */
@inline
function scatterRow(to: usize, from: usize, count: i32, stride: i32, mask: usize): void {
  const zero = f32x4.splat(0);
  const step = (<usize>stride) << 2;
  let j = 0;
  if (stride == 1) {
    for (; j + 4 <= count; j += 4) {
      let value = v128.load(from);
      if (mask) {
        value = v128.and(value, f32x4.gt(v128.load(mask), zero));
        mask += VECTOR;
      }
      v128.store(to, value);
      to += VECTOR;
      from += VECTOR;
    }
  } else if (stride == 2) {
    for (; j + 4 <= count; j += 4) {
      let value = v128.load(from);
      if (mask) {
        value = v128.and(value, f32x4.gt(everySecond(mask), zero));
        mask += 2 * VECTOR;
      }
      v128.store_lane<u32>(to, value, 0);
      v128.store_lane<u32>(to, value, 1, 8);
      v128.store_lane<u32>(to, value, 2, 16);
      v128.store_lane<u32>(to, value, 3, 24);
      to += 2 * VECTOR;
      from += VECTOR;
    }
  }
  for (; j < count; j++) {
    let value = v128.load32_zero(from);
    if (mask) {
      value = v128.and(value, f32x4.gt(v128.load32_zero(mask), zero));
      mask += step;
    }
    v128.store_lane<u32>(to, value, 0);
    to += step;
    from += 4;
  }
}
