/** @file The peak of one core, for benchmarks: multiply-adds on registers without memory access. */
import { horizontalSum, madd } from './simd';

/** Updates twelve sums of four lanes `iterations` times. An iteration has 96 floating-point operations. */
export function f32_peak(iterations: i32, left: f32, right: f32): f32 {
  // The compiler would load constants again at each use.
  const x = f32x4.splat(left);
  const y = f32x4.splat(right);
  let a = f32x4.splat(1);
  let b = f32x4.splat(2);
  let c = f32x4.splat(3);
  let d = f32x4.splat(4);
  let e = f32x4.splat(5);
  let f = f32x4.splat(6);
  let g = f32x4.splat(7);
  let h = f32x4.splat(8);
  let i = f32x4.splat(9);
  let j = f32x4.splat(10);
  let k = f32x4.splat(11);
  let l = f32x4.splat(12);
  for (let n = 0; n < iterations; n++) {
    a = madd(x, y, a);
    b = madd(x, y, b);
    c = madd(x, y, c);
    d = madd(x, y, d);
    e = madd(x, y, e);
    f = madd(x, y, f);
    g = madd(x, y, g);
    h = madd(x, y, h);
    i = madd(x, y, i);
    j = madd(x, y, j);
    k = madd(x, y, k);
    l = madd(x, y, l);
  }
  const first = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  const second = f32x4.add(f32x4.add(e, f), f32x4.add(g, h));
  const third = f32x4.add(f32x4.add(i, j), f32x4.add(k, l));
  return horizontalSum(f32x4.add(f32x4.add(first, second), third));
}
