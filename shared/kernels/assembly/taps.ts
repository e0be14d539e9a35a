/** @file Sums over taps: weights times adjacent floats at the offset of each tap. */
import { madd, VECTOR } from './simd';

/**
 * y0 = Σ w0[t] · x[… + taps[t]] + bias0, and y1 with w1 and bias1, over t < count, for the floats from byte `from` up to `end`. Writes up
 * to five vectors more.
 * @param taps offsets in bytes [count]
 */
export function multiplyTaps(
  y0: usize,
  y1: usize,
  x: usize,
  w0: usize,
  w1: usize,
  bias0: f32,
  bias1: f32,
  taps: usize,
  count: i32,
  from: usize,
  end: usize,
): void {
  const last = taps + ((<usize>count) << 2);
  let at = from;
  for (; at + 3 * VECTOR < end; at += 6 * VECTOR) block(y0 + at, y1 + at, x + at, w0, w1, bias0, bias1, taps, last, 6);
  if (at < end) block(y0 + at, y1 + at, x + at, w0, w1, bias0, bias1, taps, last, 3);
}

/** Computes six vectors of two outputs, or three. `vectors` is a constant. */
@inline
function block(
  y0: usize,
  y1: usize,
  x: usize,
  w0: usize,
  w1: usize,
  bias0: f32,
  bias1: f32,
  taps: usize,
  last: usize,
  vectors: i32,
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
  while (taps < last) {
    const row = x + load<usize>(taps);
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
    if (vectors == 6) {
      d = v128.load(row, 48);
      a3 = madd(d, u, a3);
      b3 = madd(d, v, b3);
      d = v128.load(row, 64);
      a4 = madd(d, u, a4);
      b4 = madd(d, v, b4);
      d = v128.load(row, 80);
      a5 = madd(d, u, a5);
      b5 = madd(d, v, b5);
    }
    w0 += 4;
    w1 += 4;
    taps += 4;
  }
  v128.store(y0, a0);
  v128.store(y0, a1, 16);
  v128.store(y0, a2, 32);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  if (vectors == 6) {
    v128.store(y0, a3, 48);
    v128.store(y0, a4, 64);
    v128.store(y0, a5, 80);
    v128.store(y1, b3, 48);
    v128.store(y1, b4, 64);
    v128.store(y1, b5, 80);
  }
}
