/**
 * @file Colour conversions: RGB in 0..255 → inverted luma, and → Oklab (Björn Ottosson, "A perceptual color space for image
 * processing", 2020).
 */
import { cubeRoot, exp, log } from './math';

/** y [count] = 255 − luma of the RGB planes x [3, count]. Rec. 601 weights, as in the `L` mode of common image libraries. */
export function f32_inverted_luma(y: usize, x: usize, count: i32, planeStride: usize): void {
  for (let i = 0; i < count; i += 4) {
    const red = f32x4.mul(v128.load(x), f32x4.splat(0.299));
    const green = f32x4.mul(v128.load(x + planeStride), f32x4.splat(0.587));
    const blue = f32x4.mul(v128.load(x + 2 * planeStride), f32x4.splat(0.114));
    v128.store(y, f32x4.sub(f32x4.splat(255), f32x4.add(f32x4.add(red, green), blue)));
    x += 16;
    y += 16;
  }
}

/** table [256] = linear light of each sRGB byte (IEC 61966-2-1). */
export function f32_linear_light(table: usize): void {
  for (let byte = 0; byte < 256; byte++) {
    const value = <f32>byte / 255;
    const base = f32x4.splat((value + <f32>0.055) / <f32>1.055);
    const power = f32x4.extract_lane(exp(f32x4.mul(log(base), f32x4.splat(2.4))), 0);
    store<f32>(table + ((<usize>byte) << 2), byte <= 10 ? value / <f32>12.92 : power);
  }
}

/**
 * Returns the linear light of four values, each rounded to the nearest byte. Values outside 0..255, as in padding, count as 255.
 */
@inline
function linear(table: usize, values: v128): v128 {
  const nearest = i32x4.trunc_sat_f32x4_s(f32x4.add(values, f32x4.splat(0.5)));
  const at = i32x4.shl(i32x4.min_u(nearest, i32x4.splat(255)), 2);
  return f32x4(
    load<f32>(table + <usize>i32x4.extract_lane(at, 0)),
    load<f32>(table + <usize>i32x4.extract_lane(at, 1)),
    load<f32>(table + <usize>i32x4.extract_lane(at, 2)),
    load<f32>(table + <usize>i32x4.extract_lane(at, 3)),
  );
}

/** Returns a · u + b · v + c · w. */
@inline
function mix(u: v128, v: v128, w: v128, a: f32, b: f32, c: f32): v128 {
  const first = f32x4.add(f32x4.mul(u, f32x4.splat(a)), f32x4.mul(v, f32x4.splat(b)));
  return f32x4.add(first, f32x4.mul(w, f32x4.splat(c)));
}

/**
 * Converts the RGB planes x [3, count] in place to Oklab, scaled by 100: lightness in 0..100, green–red, blue–yellow.
 * @param table filled by `f32_linear_light`
 */
export function f32_oklab(x: usize, table: usize, count: i32, planeStride: usize): void {
  for (let i = 0; i < count; i += 4) {
    const red = linear(table, v128.load(x));
    const green = linear(table, v128.load(x + planeStride));
    const blue = linear(table, v128.load(x + 2 * planeStride));
    const l = cubeRoot(mix(red, green, blue, 0.4122214708, 0.5363325363, 0.0514459929));
    const m = cubeRoot(mix(red, green, blue, 0.2119034982, 0.6806995451, 0.1073969566));
    const s = cubeRoot(mix(red, green, blue, 0.0883024619, 0.2817188376, 0.6299787005));
    v128.store(x, mix(l, m, s, 21.04542553, 79.3617785, -0.40720468));
    v128.store(x + planeStride, mix(l, m, s, 197.79984951, -242.8592205, 45.05937099));
    v128.store(x + 2 * planeStride, mix(l, m, s, 2.59040371, 78.27717662, -80.8675766));
    x += 16;
  }
}
