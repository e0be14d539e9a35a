/** @file Samples from the results of inverse transforms, and the values with which libjpeg-turbo transforms without wrapping around. */

/** Values from −LIMIT to LIMIT − 1 fit in 32 bits when the passes scale and round them. */
const LIMIT = 1 << 15;

/** Returns a lane other than 0 for each value outside of the limits. */
@inline
export function beyond(values: v128): v128 {
  return i32x4.shr_u(i32x4.add(values, i32x4.splat(LIMIT)), 16);
}

/** Returns the last 10 bits as a signed value, which libjpeg-turbo uses. */
@inline
function lastBits(values: v128): v128 {
  return i32x4.shr_s(i32x4.shl(values, 22), 22);
}

/** Returns 16 samples, uint8. */
@inline
export function samples(a: v128, b: v128, c: v128, d: v128): v128 {
  const first = i16x8.narrow_i32x4_s(lastBits(a), lastBits(b));
  const last = i16x8.narrow_i32x4_s(lastBits(c), lastBits(d));
  return v128.xor(i8x16.narrow_i16x8_s(first, last), i8x16.splat(-128));
}

/** Returns the sample of a transform to 1 × 1, which is also each sample of a block without other coefficients. @param mean coefficient 0 */
@inline
export function u8_flat(mean: i32): i32 {
  const value = (mean + 4) >> 3;
  return min(max((value << 22) >> 22, -128), 127) + 128;
}
