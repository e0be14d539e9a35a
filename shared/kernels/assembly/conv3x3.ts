/**
 * @file 3×3 convolution with stride 1, and padding 1 or none.
 *
 * A plane is stored with its padding, so the kernels need no special case at the border. Adjacent rows share a zero: the
 * zero after a row is also the zero before the next row.
 *
 * ```
 *   0 0 0 0 0 0        row of zeros
 *   0 x x x x 0        ← plane pointer: the first x
 *   x x x x 0 x x …    in memory: width pixels, one zero, width pixels, one zero, …
 *   0 0 0 0 0 0        row of zeros, then slack up to a whole block of vectors
 * ```
 *
 * The image is the `span` = height · (width + 1) floats from the plane pointer. The kernels compute it as a single row. The
 * results that fall on the zeros in between are set to zero.
 *
 * A convolution without padding is the padded one whose outermost results are set to zero: its output is the inside of that
 * plane. A row of it is followed by three zeros, and the kernels take the distance between rows as `rowBytes`. Because the zeros
 * around the output's gradient add nothing, the gradients are those of the padded convolution, too.
 */
import { BLOCK_VECTORS } from '../constants';
import { madd, VECTOR } from './simd';

/** Bytes that the kernel computes at a time. It writes whole blocks. */
const BLOCK_BYTES = <usize>BLOCK_VECTORS * VECTOR;

@inline
function put(y: usize, at: usize, value: v128, relu: bool, mask: usize): void {
  // One instruction on x86. `f32x4.max` takes several, for NaN and zeros of different signs.
  if (relu) value = f32x4.pmax(value, f32x4.splat(0));
  // The gradient of a ReLU is zero where its output was zero. The zeros of the plane are restored by the same mask.
  if (mask) value = v128.and(value, f32x4.gt(v128.load(mask + at), f32x4.splat(0)));
  v128.store(y + at, value);
}

/** Computes a block of two output channels: y[o] = Σ w[o][c][tap] · x[c][… + tap] + bias[o]. */
@inline
function block2(
  y0: usize,
  y1: usize,
  x: usize,
  w0: usize,
  w1: usize,
  bias0: f32,
  bias1: f32,
  mask0: usize,
  mask1: usize,
  channels: i32,
  rowBytes: usize,
  planeBytes: usize,
  at: usize,
  relu: bool,
): void {
  let a0 = f32x4.splat(bias0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let a4 = a0;
  let a5 = a0;
  let b0 = f32x4.splat(bias1);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let b4 = b0;
  let b5 = b0;
  let plane = x + at - rowBytes - 4;
  for (let c = 0; c < channels; c++) {
    let row = plane;
    for (let ky = 0; ky < 3; ky++) {
      for (let kx = 0; kx < 3; kx++) {
        const u = v128.load32_splat(w0);
        const v = v128.load32_splat(w1);
        let d = v128.load(row);
        a0 = madd(d, u, a0);
        b0 = madd(d, v, b0);
        d = v128.load(row, 16);
        a1 = madd(d, u, a1);
        b1 = madd(d, v, b1);
        d = v128.load(row, 32);
        a2 = madd(d, u, a2);
        b2 = madd(d, v, b2);
        d = v128.load(row, 48);
        a3 = madd(d, u, a3);
        b3 = madd(d, v, b3);
        d = v128.load(row, 64);
        a4 = madd(d, u, a4);
        b4 = madd(d, v, b4);
        d = v128.load(row, 80);
        a5 = madd(d, u, a5);
        b5 = madd(d, v, b5);
        w0 += 4;
        w1 += 4;
        row += 4;
      }
      row += rowBytes - 12;
    }
    plane += planeBytes;
  }
  put(y0, at, a0, relu, mask0);
  put(y0, at + 16, a1, relu, mask0);
  put(y0, at + 32, a2, relu, mask0);
  put(y0, at + 48, a3, relu, mask0);
  put(y0, at + 64, a4, relu, mask0);
  put(y0, at + 80, a5, relu, mask0);
  put(y1, at, b0, relu, mask1);
  put(y1, at + 16, b1, relu, mask1);
  put(y1, at + 32, b2, relu, mask1);
  put(y1, at + 48, b3, relu, mask1);
  put(y1, at + 64, b4, relu, mask1);
  put(y1, at + 80, b5, relu, mask1);
}

/**
 * y [outChannels] = conv(x [inChannels], w [outChannels, inChannels, 3, 3]) + bias with padding 1, for one image. Without a
 * mask, `clearAround` must follow.
 *
 * @param bias [outChannels], or 0 for none
 * @param mask planes in the layout of y, or 0 for none: y is zero where they are not positive
 * @param relu y = max(y, 0)
 */
export function f32_conv3x3(
  y: usize,
  x: usize,
  w: usize,
  bias: usize,
  mask: usize,
  inChannels: i32,
  outChannels: i32,
  height: i32,
  rowBytes: usize,
  xPlane: usize,
  yPlane: usize,
  relu: bool,
): void {
  const span = <usize>height * rowBytes;
  const weightBytes = <usize>inChannels * 36;
  for (let o = 0; o < outChannels; o += 2) {
    // The last channel of an odd number is computed twice, to the same address.
    const second = min(o + 1, outChannels - 1);
    const y0 = y + <usize>o * yPlane;
    const y1 = y + <usize>second * yPlane;
    const w0 = w + <usize>o * weightBytes;
    const w1 = w + <usize>second * weightBytes;
    const bias0 = bias ? load<f32>(bias + ((<usize>o) << 2)) : 0;
    const bias1 = bias ? load<f32>(bias + ((<usize>second) << 2)) : 0;
    const mask0 = mask ? mask + <usize>o * yPlane : 0;
    const mask1 = mask ? mask + <usize>second * yPlane : 0;
    for (let at: usize = 0; at < span; at += BLOCK_BYTES) {
      block2(y0, y1, x, w0, w1, bias0, bias1, mask0, mask1, inChannels, rowBytes, xPlane, at, relu);
    }
  }
}

/**
 * Sets to zero what a convolution of `outerHeight` rows wrote around its result y [channels, height, width].
 * @param before bytes of a plane that were written before the first pixel of y
 */
export function clearAround(
  y: usize,
  channels: i32,
  height: i32,
  width: i32,
  rowBytes: usize,
  planeBytes: usize,
  before: usize,
  outerHeight: i32,
): void {
  const span = <usize>outerHeight * rowBytes;
  // Winograd's convolution writes up to three tiles past its last row.
  const written = ((span + BLOCK_BYTES - 1) / BLOCK_BYTES) * BLOCK_BYTES + 3 * 8;
  const pixels = (<usize>width) << 2;
  for (let c = 0; c < channels; c++) {
    const first = y + <usize>c * planeBytes;
    memory.fill(first - before, 0, before);
    let row = first;
    for (let i = 1; i < height; i++) {
      for (let at = pixels; at < rowBytes; at += 4) store<f32>(row + at, 0);
      row += rowBytes;
    }
    memory.fill(row + pixels, 0, first - before + written - row - pixels);
  }
}

/**
 * wt [inChannels, outChannels, 3, 3] = w [outChannels, inChannels, 3, 3] rotated by 180°: the filter that computes the
 * gradient of the input.
 */
export function f32_conv3x3_turn(wt: usize, w: usize, inChannels: i32, outChannels: i32): void {
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < inChannels; c++) {
      const from = w + (<usize>(o * inChannels + c)) * 36;
      const to = wt + (<usize>(c * outChannels + o)) * 36;
      for (let tap = 0; tap < 9; tap++) store<f32>(to + ((<usize>(8 - tap)) << 2), load<f32>(from + ((<usize>tap) << 2)));
    }
  }
}
