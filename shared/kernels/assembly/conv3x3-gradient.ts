/** @file The gradients of the filter and the bias of a 3×3 convolution, from planes in the layout of conv3x3.ts. */
import { horizontalSum, mulAdd, VECTOR } from './simd';

/** dw[o][c][ky][0…2] += Σ dy[o] · x[c] shifted by each tap of a row, for three output channels. More sums would spill. */
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

/** Adds one image's gradient of the filter, from dy and x, to dw [outChannels, inChannels, 3, 3]. */
export function f32_conv3x3_grad_filter(
  dw: usize,
  dy: usize,
  x: usize,
  inChannels: i32,
  outChannels: i32,
  height: i32,
  rowBytes: usize,
  xPlane: usize,
  yPlane: usize,
): void {
  const end = endOf(height, rowBytes);
  const weightBytes = <usize>inChannels * 36;
  let o = 0;
  while (o < outChannels) {
    // Groups of three, and two groups of two for the last four: a group of one does the least work per load.
    const rest = outChannels - o;
    const group = rest == 4 ? 2 : min(rest, 3);
    const dyAt = dy + <usize>o * yPlane;
    for (let c = 0; c < inChannels; c++) {
      for (let ky = 0; ky < 3; ky++) {
        const xAt = x + <usize>c * xPlane + <usize>ky * rowBytes - rowBytes - 4;
        const dwAt = dw + <usize>o * weightBytes + <usize>(c * 36 + ky * 12);
        if (group == 3) tapRow3(dwAt, dyAt, xAt, weightBytes, yPlane, end);
        else if (group == 2) tapRow2(dwAt, dyAt, xAt, weightBytes, yPlane, end);
        else tapRow1(dwAt, dyAt, xAt, weightBytes, yPlane, end);
      }
    }
    o += group;
  }
}

/** Adds one image's gradient of the bias, from dy, to db [outChannels]. */
export function f32_conv3x3_grad_bias(
  db: usize,
  dy: usize,
  outChannels: i32,
  height: i32,
  rowBytes: usize,
  yPlane: usize,
): void {
  const end = endOf(height, rowBytes);
  for (let o = 0; o < outChannels; o++) {
    let sum = f32x4.splat(0);
    const dyAt = dy + <usize>o * yPlane;
    for (let at: usize = 0; at < end; at += VECTOR) sum = f32x4.add(sum, v128.load(dyAt + at));
    const dbAt = db + ((<usize>o) << 2);
    store<f32>(dbAt, load<f32>(dbAt) + horizontalSum(sum));
  }
}

/** Returns the bytes of a plane's image, in whole vectors. */
@inline
function endOf(height: i32, rowBytes: usize): usize {
  return (<usize>height * rowBytes + VECTOR - 1) & ~(VECTOR - 1);
}
