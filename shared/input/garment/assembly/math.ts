/**
 * @file exp, log and cube root of four float32 lanes. They use IEEE 754's basic operations only, so that every WebAssembly engine
 * computes the same bits.
 *
 * Sources: the polynomials are from Cephes (Stephen Moshier), `expf.c` and `logf.c`. The first guess of the cube root is Kahan's,
 * as in FreeBSD's `s_cbrtf.c`.
 */

/** Returns a · b + c, rounded twice. */
@inline
function madd(a: v128, b: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(a, b), f32x4.splat(c));
}

/** Returns eˣ with a relative error of at most 2e-7. x is clamped to −87..88. */
@inline
export function exp(x: v128): v128 {
  x = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  x = f32x4.sub(x, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = madd(f32x4.splat(1.9875691500e-4), x, 1.3981999507e-3);
  p = madd(p, x, 8.3334519073e-3);
  p = madd(p, x, 4.1665795894e-2);
  p = madd(p, x, 1.6666665459e-1);
  p = madd(p, x, 5.0000001201e-1);
  p = f32x4.add(f32x4.mul(p, f32x4.mul(x, x)), f32x4.add(x, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** Returns the natural logarithm with an absolute or relative error of at most 1e-7. x is clamped to at least 1.2e-38. */
@inline
export function log(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(1.17549435e-38));
  // x = m · 2ⁿ with m in √½..√2.
  const n = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(n, 23)), f32x4.splat(1));
  const exponent = f32x4.convert_i32x4_s(n);
  const square = f32x4.mul(f, f);
  let p = madd(f32x4.splat(7.0376836292e-2), f, -1.1514610310e-1);
  p = madd(p, f, 1.1676998740e-1);
  p = madd(p, f, -1.2420140846e-1);
  p = madd(p, f, 1.4249322787e-1);
  p = madd(p, f, -1.6668057665e-1);
  p = madd(p, f, 2.0000714765e-1);
  p = madd(p, f, -2.4999993993e-1);
  p = madd(p, f, 3.3333331174e-1);
  p = f32x4.mul(p, f32x4.mul(f, square));
  p = f32x4.add(p, f32x4.mul(exponent, f32x4.splat(-2.12194440e-4)));
  p = f32x4.sub(p, f32x4.mul(square, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(f, p), f32x4.mul(exponent, f32x4.splat(0.693359375)));
}

/**
 * Returns the cube root of x ≥ 0 with a relative error of at most 2e-7: a third of the exponent as the first guess, then one step
 * of Halley's method and one of Newton's.
 */
@inline
export function cubeRoot(x: v128): v128 {
  const third = f32x4.mul(f32x4.convert_i32x4_s(x), f32x4.splat(1 / 3.0));
  const guess = i32x4.add(i32x4.trunc_sat_f32x4_s(third), i32x4.splat(709921077));
  const cube = f32x4.mul(guess, f32x4.mul(guess, guess));
  const numerator = f32x4.add(cube, f32x4.add(x, x));
  const denominator = f32x4.add(x, f32x4.add(cube, cube));
  const root = f32x4.mul(guess, f32x4.div(numerator, denominator));
  const error = f32x4.sub(root, f32x4.div(x, f32x4.mul(root, root)));
  return f32x4.sub(root, f32x4.mul(error, f32x4.splat(1 / 3.0)));
}
