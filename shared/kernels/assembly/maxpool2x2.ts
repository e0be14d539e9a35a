/** @file Max pooling over windows of 2×2, from planes in the layout of conv3x3.ts. Four windows are computed at a time. */
import { VECTOR } from './simd';

/**
 * y [channels, height/2, width/2] = the maxima of x [channels, height, width].
 * @param argmax bytes in the shape of y, output: the index of each maximum in its window, the first of equal ones
 */
export function f32_maxpool2x2(
  y: usize,
  argmax: usize,
  x: usize,
  channels: i32,
  height: i32,
  width: i32,
  xRow: usize,
  xPlane: usize,
  yRow: usize,
  yPlane: usize,
): void {
  const windows = width >> 1;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height >> 1; i++) {
      let from = x + <usize>c * xPlane + <usize>i * 2 * xRow;
      let to = y + <usize>c * yPlane + <usize>i * yRow;
      let j = 0;
      for (; j + 4 <= windows; j += 4) {
        pool4(to, argmax, from, from + xRow);
        from += 2 * VECTOR;
        to += VECTOR;
        argmax += 4;
      }
      for (; j < windows; j++) {
        pool1(to, argmax++, from, from + xRow);
        from += 8;
        to += 4;
      }
    }
  }
}

@inline
function pool4(y: usize, argmax: usize, upper: usize, lower: usize): void {
  const a = v128.load(upper);
  const b = v128.load(upper, 16);
  const c = v128.load(lower);
  const d = v128.load(lower, 16);
  let best = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
  let value = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
  let isMore = f32x4.gt(value, best);
  best = v128.bitselect(value, best, isMore);
  let which = v128.and(isMore, i32x4.splat(1));
  value = v128.shuffle<f32>(c, d, 0, 2, 4, 6);
  isMore = f32x4.gt(value, best);
  best = v128.bitselect(value, best, isMore);
  which = v128.bitselect(i32x4.splat(2), which, isMore);
  value = v128.shuffle<f32>(c, d, 1, 3, 5, 7);
  isMore = f32x4.gt(value, best);
  v128.store(y, v128.bitselect(value, best, isMore));
  which = v128.bitselect(i32x4.splat(3), which, isMore);
  // The lowest byte of each index.
  v128.store_lane<u32>(argmax, v128.shuffle<u8>(which, which, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}

@inline
function pool1(y: usize, argmax: usize, upper: usize, lower: usize): void {
  let best = load<f32>(upper);
  let which: u8 = 0;
  let value = load<f32>(upper, 4);
  if (value > best) {
    best = value;
    which = 1;
  }
  value = load<f32>(lower);
  if (value > best) {
    best = value;
    which = 2;
  }
  value = load<f32>(lower, 4);
  if (value > best) {
    best = value;
    which = 3;
  }
  store<f32>(y, best);
  store<u8>(argmax, which);
}

/**
 * dx [channels, height, width] = dy at the maxima, zero elsewhere.
 * @param argmax as written by `f32_maxpool2x2`
 * @param relu whether x is the output of a ReLU: then dx is also zero where a maximum is not positive
 */
export function f32_maxpool2x2_grad(
  dx: usize,
  dy: usize,
  y: usize,
  argmax: usize,
  channels: i32,
  height: i32,
  width: i32,
  xRow: usize,
  xPlane: usize,
  yRow: usize,
  yPlane: usize,
  relu: bool,
): void {
  const windows = width >> 1;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height >> 1; i++) {
      let to = dx + <usize>c * xPlane + <usize>i * 2 * xRow;
      let at = <usize>c * yPlane + <usize>i * yRow;
      let j = 0;
      for (; j + 4 <= windows; j += 4) {
        let gradient = v128.load(dy + at);
        if (relu) gradient = v128.and(gradient, f32x4.gt(v128.load(y + at), f32x4.splat(0)));
        spread4(to, to + xRow, gradient, argmax);
        to += 2 * VECTOR;
        at += VECTOR;
        argmax += 4;
      }
      for (; j < windows; j++) {
        let gradient = load<f32>(dy + at);
        if (relu && !(load<f32>(y + at) > 0)) gradient = 0;
        spread1(to, to + xRow, gradient, load<u8>(argmax++));
        to += 8;
        at += 4;
      }
    }
  }
}

@inline
function spread4(upper: usize, lower: usize, gradient: v128, argmax: usize): void {
  const which = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(argmax)));
  const a = v128.and(gradient, i32x4.eq(which, i32x4.splat(0)));
  const b = v128.and(gradient, i32x4.eq(which, i32x4.splat(1)));
  const c = v128.and(gradient, i32x4.eq(which, i32x4.splat(2)));
  const d = v128.and(gradient, i32x4.eq(which, i32x4.splat(3)));
  v128.store(upper, v128.shuffle<f32>(a, b, 0, 4, 1, 5));
  v128.store(upper, v128.shuffle<f32>(a, b, 2, 6, 3, 7), 16);
  v128.store(lower, v128.shuffle<f32>(c, d, 0, 4, 1, 5));
  v128.store(lower, v128.shuffle<f32>(c, d, 2, 6, 3, 7), 16);
}

@inline
function spread1(upper: usize, lower: usize, gradient: f32, which: u8): void {
  store<f32>(upper, which == 0 ? gradient : 0);
  store<f32>(upper, which == 1 ? gradient : 0, 4);
  store<f32>(lower, which == 2 ? gradient : 0);
  store<f32>(lower, which == 3 ? gradient : 0, 4);
}
