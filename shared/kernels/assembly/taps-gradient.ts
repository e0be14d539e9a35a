/** @file The gradients of the weights of taps and of a bias: sums over planes. */
import { horizontalSum, mulAdd, VECTOR } from './simd';

/** Adds the sum of each plane's first `bytes` bytes to db [outputs]. What follows them within a vector is zero. */
export function f32_planes_sum(db: usize, planes: usize, outputs: i32, planeBytes: usize, bytes: usize): void {
  for (let o = 0; o < outputs; o++) {
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += VECTOR) sum = f32x4.add(sum, v128.load(planes + at));
    store<f32>(db, load<f32>(db) + horizontalSum(sum));
    db += 4;
    planes += planeBytes;
  }
}

/**
 * dw [outputs, count] += Σ dy[o] · x[… + taps[t]] over the first `bytes` bytes of the planes.
 * @param dy planes of `planeBytes` bytes with zeros in what is no pixel, also up to the end of the last vector
 * @param taps offsets in bytes [count]
 */
export function f32_taps_grad(
  dw: usize,
  dy: usize,
  x: usize,
  taps: usize,
  count: i32,
  outputs: i32,
  planeBytes: usize,
  bytes: usize,
): void {
  const weights = (<usize>count) << 2;
  let o = 0;
  while (o < outputs) {
    // Groups of three, and two groups of two for the last four: a group of one does the least work per load.
    const rest = outputs - o;
    const group = rest == 4 ? 2 : min(rest, 3);
    const d = dy + <usize>o * planeBytes;
    const to = dw + <usize>o * weights;
    for (let t = 0; t < count; t += 3) {
      const at = taps + ((<usize>t) << 2);
      const n = min(count - t, 3);
      // Missing taps are computed as the last one, and not stored.
      const x0 = x + load<usize>(at);
      const x1 = n > 1 ? x + load<usize>(at, 4) : x0;
      const x2 = n > 2 ? x + load<usize>(at, 8) : x1;
      const row = to + ((<usize>t) << 2);
      if (group == 3) sums(row, d, x0, x1, x2, n, weights, planeBytes, bytes, 3);
      else if (group == 2) sums(row, d, x0, x1, x2, n, weights, planeBytes, bytes, 2);
      else sums(row, d, x0, x1, x2, n, weights, planeBytes, bytes, 1);
    }
    o += group;
  }
}

/** Computes the gradients of `n` taps for one to three outputs. `outputs` is a constant. More sums would spill. */
@inline
function sums(
  dw: usize,
  dy: usize,
  x0: usize,
  x1: usize,
  x2: usize,
  n: i32,
  weights: usize,
  planeBytes: usize,
  bytes: usize,
  outputs: i32,
): void {
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
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    const p = v128.load(x0 + at);
    const q = v128.load(x1 + at);
    const r = v128.load(x2 + at);
    let d = v128.load(dy + at);
    a0 = mulAdd(p, d, a0);
    a1 = mulAdd(q, d, a1);
    a2 = mulAdd(r, d, a2);
    if (outputs > 1) {
      d = v128.load(dy1 + at);
      b0 = mulAdd(p, d, b0);
      b1 = mulAdd(q, d, b1);
      b2 = mulAdd(r, d, b2);
    }
    if (outputs > 2) {
      d = v128.load(dy2 + at);
      c0 = mulAdd(p, d, c0);
      c1 = mulAdd(q, d, c1);
      c2 = mulAdd(r, d, c2);
    }
  }
  add(dw, n, a0, a1, a2);
  if (outputs > 1) add(dw + weights, n, b0, b1, b2);
  if (outputs > 2) add(dw + 2 * weights, n, c0, c1, c2);
}

@inline
function add(dw: usize, n: i32, a: v128, b: v128, c: v128): void {
  store<f32>(dw, load<f32>(dw) + horizontalSum(a));
  if (n > 1) store<f32>(dw, load<f32>(dw, 4) + horizontalSum(b), 4);
  if (n > 2) store<f32>(dw, load<f32>(dw, 8) + horizontalSum(c), 8);
}
