/** @file A linear layer. The number of inputs is a multiple of four, padded with zeros. */
import { horizontalSum, madd, VECTOR } from './simd';

/** y [outputs] = w [outputs, inputs] · x + bias [outputs]; with `relu`, the maximum of that and 0. */
export function f32_linear(y: usize, x: usize, w: usize, bias: usize, inputs: i32, outputs: i32, relu: bool): void {
  const bytes = (<usize>inputs) << 2;
  for (let o = 0; o < outputs; o += 2) {
    const second = min(o + 1, outputs - 1);
    const w0 = w + <usize>o * bytes;
    const w1 = w + <usize>second * bytes;
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at: usize = 0;
    for (; at + 2 * VECTOR <= bytes; at += 2 * VECTOR) {
      const x0 = v128.load(x + at);
      const x1 = v128.load(x + at, 16);
      a = madd(x0, v128.load(w0 + at), a);
      b = madd(x0, v128.load(w1 + at), b);
      c = madd(x1, v128.load(w0 + at, 16), c);
      d = madd(x1, v128.load(w1 + at, 16), d);
    }
    if (at < bytes) {
      const x0 = v128.load(x + at);
      a = madd(x0, v128.load(w0 + at), a);
      b = madd(x0, v128.load(w1 + at), b);
    }
    put(y, o, horizontalSum(f32x4.add(a, c)), bias, relu);
    put(y, second, horizontalSum(f32x4.add(b, d)), bias, relu);
  }
}

@inline
function put(y: usize, o: i32, sum: f32, bias: usize, relu: bool): void {
  const at = (<usize>o) << 2;
  const value = sum + load<f32>(bias + at);
  store<f32>(y + at, relu ? max(value, 0) : value);
}

/**
 * dw [outputs, inputs] = Σ dy · xᵀ and db [outputs] = Σ dy over one to four images, whose x and dy lie `imageBytes` apart.
 * Writes each weight's gradient once for all images.
 */
export function f32_linear_grad_weight(
  dw: usize,
  db: usize,
  dy: usize,
  x: usize,
  images: i32,
  inputs: i32,
  outputs: i32,
  imageBytes: usize,
): void {
  const bytes = (<usize>inputs) << 2;
  // The first image, with a gradient of zero, stands in for missing images.
  const x1 = images > 1 ? x + imageBytes : x;
  const x2 = images > 2 ? x + 2 * imageBytes : x;
  const x3 = images > 3 ? x + 3 * imageBytes : x;
  for (let o = 0; o < outputs; o++) {
    const at = dy + ((<usize>o) << 2);
    const g0 = load<f32>(at);
    const g1 = images > 1 ? load<f32>(at + imageBytes) : 0;
    const g2 = images > 2 ? load<f32>(at + 2 * imageBytes) : 0;
    const g3 = images > 3 ? load<f32>(at + 3 * imageBytes) : 0;
    store<f32>(db + ((<usize>o) << 2), g0 + g1 + (g2 + g3));
    const d0 = f32x4.splat(g0);
    const d1 = f32x4.splat(g1);
    const d2 = f32x4.splat(g2);
    const d3 = f32x4.splat(g3);
    const row = dw + <usize>o * bytes;
    for (let i: usize = 0; i < bytes; i += VECTOR) {
      const sum = madd(v128.load(x1 + i), d1, f32x4.mul(v128.load(x + i), d0));
      v128.store(row + i, madd(v128.load(x3 + i), d3, madd(v128.load(x2 + i), d2, sum)));
    }
  }
}

/** dx [inputs] = wᵀ · dy. If `masked`, x is the output of a ReLU, and dx is zero where x is not positive. */
export function f32_linear_grad_input(
  dx: usize,
  dy: usize,
  w: usize,
  x: usize,
  inputs: i32,
  outputs: i32,
  masked: bool,
): void {
  const bytes = (<usize>inputs) << 2;
  for (let i: usize = 0; i < bytes; i += VECTOR) {
    let sum = f32x4.splat(0);
    let row = w + i;
    for (let o = 0; o < outputs; o++) {
      sum = madd(v128.load32_splat(dy + ((<usize>o) << 2)), v128.load(row), sum);
      row += bytes;
    }
    if (masked) sum = v128.and(sum, f32x4.gt(v128.load(x + i), f32x4.splat(0)));
    v128.store(dx + i, sum);
  }
}
