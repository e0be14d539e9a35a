/**
 * @file 3×3 convolution with stride 1 and one row and column of zeros around the image.
 *
 * A plane is stored with its zeros, so that no kernel knows a border. Rows share them: the zero after a row is the zero
 * before the next.
 *
 * ```
 *   0 0 0 0 0 0        row of zeros
 *   0 x x x x 0        ← plane pointer: the first x
 *   x x x x 0 x x …    in memory: width pixels, one zero, width pixels, one zero, …
 *   0 0 0 0 0 0        row of zeros, then slack up to a whole block of vectors
 * ```
 *
 * `span` = height · (width + 1) floats from the plane pointer hold the image. All sums run over them as one line; what
 * they put on the zeros in between is thrown away.
 */
import { BLOCK_VECTORS } from '../constants';
import { horizontalSum, madd, VECTOR } from './simd';

@inline
function put(y: usize, at: usize, value: v128, relu: bool, mask: usize): void {
  if (relu) value = f32x4.max(value, f32x4.splat(0));
  // The gradient of a ReLU: nothing flows back where its output was zero, and none to the zeros of the plane.
  if (mask) value = v128.and(value, f32x4.gt(v128.load(mask + at), f32x4.splat(0)));
  v128.store(y + at, value);
}

/** One block of two output channels: y[o] = Σ w[o][c][tap] · x[c][… + tap] + bias[o]. */
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
 * y [outChannels] = conv(x [inChannels], w [outChannels, inChannels, 3, 3]) + bias, of one image.
 *
 * @param bias 0 for none
 * @param mask planes like y, 0 for none: y is set to zero where they are not positive
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
  width: i32,
  planeBytes: usize,
  relu: bool,
): void {
  const rowBytes = <usize>(width + 1) << 2;
  const span = <usize>height * rowBytes;
  const blockBytes = <usize>BLOCK_VECTORS * VECTOR;
  const written = ((span + blockBytes - 1) / blockBytes) * blockBytes;
  const weightBytes = <usize>inChannels * 36;
  for (let o = 0; o < outChannels; o += 2) {
    // An odd last channel is computed twice, to the same place.
    const second = min(o + 1, outChannels - 1);
    const y0 = y + <usize>o * planeBytes;
    const y1 = y + <usize>second * planeBytes;
    const w0 = w + <usize>o * weightBytes;
    const w1 = w + <usize>second * weightBytes;
    const bias0 = bias ? load<f32>(bias + ((<usize>o) << 2)) : 0;
    const bias1 = bias ? load<f32>(bias + ((<usize>second) << 2)) : 0;
    const mask0 = mask ? mask + <usize>o * planeBytes : 0;
    const mask1 = mask ? mask + <usize>second * planeBytes : 0;
    for (let at: usize = 0; at < span; at += blockBytes) {
      block2(y0, y1, x, w0, w1, bias0, bias1, mask0, mask1, inChannels, rowBytes, planeBytes, at, relu);
    }
    if (!mask) {
      clearZeros(y0, rowBytes, span, written);
      clearZeros(y1, rowBytes, span, written);
    }
  }
}

/** Puts the zeros back that the sums ran over: the column after each row, and what was `written` behind the image. */
export function clearZeros(y: usize, rowBytes: usize, span: usize, written: usize): void {
  for (let at = rowBytes - 4; at < span; at += rowBytes) store<f32>(y + at, 0);
  memory.fill(y + span, 0, written - span);
}

/** a · b + c in two roundings: here, where each product has two operands from memory, faster than in one (53 against 47 GFLOP/s). */
@inline
function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** dw[o][c][ky][0…2] += Σ dy[o] · x[c], shifted by each tap of a row, for three output channels: more sums would spill. */
@inline
function tapRow3(dw: usize, dy: usize, x: usize, weightBytes: usize, planeBytes: usize, end: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let c0 = a0;
  let c1 = a0;
  let c2 = a0;
  const dy1 = dy + planeBytes;
  const dy2 = dy + 2 * planeBytes;
  for (let at: usize = 0; at < end; at += VECTOR) {
    const x0 = v128.load(x + at);
    const x1 = v128.load(x + at, 4);
    const x2 = v128.load(x + at, 8);
    let d = v128.load(dy + at);
    a0 = mulAdd(x0, d, a0);
    a1 = mulAdd(x1, d, a1);
    a2 = mulAdd(x2, d, a2);
    d = v128.load(dy1 + at);
    b0 = mulAdd(x0, d, b0);
    b1 = mulAdd(x1, d, b1);
    b2 = mulAdd(x2, d, b2);
    d = v128.load(dy2 + at);
    c0 = mulAdd(x0, d, c0);
    c1 = mulAdd(x1, d, c1);
    c2 = mulAdd(x2, d, c2);
  }
  add3(dw, a0, a1, a2);
  add3(dw + weightBytes, b0, b1, b2);
  add3(dw + 2 * weightBytes, c0, c1, c2);
}

@inline
function tapRow2(dw: usize, dy: usize, x: usize, weightBytes: usize, planeBytes: usize, end: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  const dy1 = dy + planeBytes;
  for (let at: usize = 0; at < end; at += VECTOR) {
    const x0 = v128.load(x + at);
    const x1 = v128.load(x + at, 4);
    const x2 = v128.load(x + at, 8);
    let d = v128.load(dy + at);
    a0 = mulAdd(x0, d, a0);
    a1 = mulAdd(x1, d, a1);
    a2 = mulAdd(x2, d, a2);
    d = v128.load(dy1 + at);
    b0 = mulAdd(x0, d, b0);
    b1 = mulAdd(x1, d, b1);
    b2 = mulAdd(x2, d, b2);
  }
  add3(dw, a0, a1, a2);
  add3(dw + weightBytes, b0, b1, b2);
}

@inline
function tapRow1(dw: usize, dy: usize, x: usize, weightBytes: usize, planeBytes: usize, end: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  for (let at: usize = 0; at < end; at += VECTOR) {
    const x0 = v128.load(x + at);
    const x1 = v128.load(x + at, 4);
    const x2 = v128.load(x + at, 8);
    let d = v128.load(dy + at);
    a0 = mulAdd(x0, d, a0);
    a1 = mulAdd(x1, d, a1);
    a2 = mulAdd(x2, d, a2);
  }
  add3(dw, a0, a1, a2);
}

@inline
function add3(dw: usize, a: v128, b: v128, c: v128): void {
  store<f32>(dw, load<f32>(dw) + horizontalSum(a));
  store<f32>(dw, load<f32>(dw, 4) + horizontalSum(b), 4);
  store<f32>(dw, load<f32>(dw, 8) + horizontalSum(c), 8);
}

/** dw [outChannels, inChannels, 3, 3] and db [outChannels] += the gradients of one image from dy and x. */
export function f32_conv3x3_grad_filter(
  dw: usize,
  db: usize,
  dy: usize,
  x: usize,
  inChannels: i32,
  outChannels: i32,
  height: i32,
  width: i32,
  planeBytes: usize,
): void {
  const rowBytes = <usize>(width + 1) << 2;
  const end = (<usize>height * rowBytes + VECTOR - 1) & ~(VECTOR - 1);
  const weightBytes = <usize>inChannels * 36;
  let o = 0;
  while (o < outChannels) {
    // Threes, and the last four as two twos: a single channel does half the work of a load.
    const rest = outChannels - o;
    const group = rest == 4 ? 2 : min(rest, 3);
    const dyAt = dy + <usize>o * planeBytes;
    for (let c = 0; c < inChannels; c++) {
      for (let ky = 0; ky < 3; ky++) {
        const xAt = x + <usize>c * planeBytes + <usize>ky * rowBytes - rowBytes - 4;
        const dwAt = dw + <usize>o * weightBytes + <usize>(c * 36 + ky * 12);
        if (group == 3) tapRow3(dwAt, dyAt, xAt, weightBytes, planeBytes, end);
        else if (group == 2) tapRow2(dwAt, dyAt, xAt, weightBytes, planeBytes, end);
        else tapRow1(dwAt, dyAt, xAt, weightBytes, planeBytes, end);
      }
    }
    o += group;
  }
  for (o = 0; o < outChannels; o++) {
    let sum = f32x4.splat(0);
    const dyAt = dy + <usize>o * planeBytes;
    for (let at: usize = 0; at < end; at += VECTOR) sum = f32x4.add(sum, v128.load(dyAt + at));
    const dbAt = db + ((<usize>o) << 2);
    store<f32>(dbAt, load<f32>(dbAt) + horizontalSum(sum));
  }
}

/** wt [inChannels, outChannels, 3, 3] = w [outChannels, inChannels, 3, 3] turned by half a circle: the filter of the way back. */
export function f32_conv3x3_turn(wt: usize, w: usize, inChannels: i32, outChannels: i32): void {
  for (let o = 0; o < outChannels; o++) {
    for (let c = 0; c < inChannels; c++) {
      const from = w + (<usize>(o * inChannels + c)) * 36;
      const to = wt + (<usize>(c * outChannels + o)) * 36;
      for (let tap = 0; tap < 9; tap++) store<f32>(to + ((<usize>(8 - tap)) << 2), load<f32>(from + ((<usize>tap) << 2)));
    }
  }
}
