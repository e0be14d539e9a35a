/** @file Helpers on vectors of four float32 lanes. */

/** Transposes the 4 × 4 matrix with the rows a, b, c, d and stores the rows of the result `rowBytes` apart. */
@inline
export function storeTransposed(to: usize, rowBytes: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5));
  v128.store(to + rowBytes, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  v128.store(to + 2 * rowBytes, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5));
  v128.store(to + 3 * rowBytes, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
}

/** Returns a lane mask of the columns x..x + 3: all bits are set where the column is less than `end`. */
@inline
export function lanesBefore(end: i32, x: i32): v128 {
  return i32x4.lt_s(i32x4.add(i32x4.splat(x), i32x4(0, 1, 2, 3)), i32x4.splat(end));
}

/** Returns four bytes of a mask as lanes: all bits are set inside. */
@inline
export function lanesOf(mask: usize): v128 {
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(mask)));
}
