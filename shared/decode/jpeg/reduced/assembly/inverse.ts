/**
 * @file The inverse cosine transform of a block to 2 × 2 samples: the arithmetic of libjpeg-turbo (jidctred.c), which wraps around at 32 bits.
 *
 * It reads rows and columns 0, 1, 3, 5 and 7 of the coefficients. Here they lie in a block of 16-bit values:
 * columns 1, 3, 5 and 7 of row 0, of row 1, of row 3, of row 5 and of row 7; then rows 1, 3, 5 and 7 of column 0. One more place receives all
 * other values. Coefficient 0 is passed by value. The weights of a component have 32 bits for each place.
 */
import { beyond, samples } from './range';

/** The place of the coefficients that the transform ignores. */
const UNUSED = 24;

/** √2 · (c1 + c3 + c5 + c7), √2 · (−c1 + c3 − c5 − c7), √2 · (−c1 + c3 + c5 + c7), √2 · (c7 − c5 + c3 − c1), times 2¹³; ck = cos(kπ / 16). */
const FACTORS = memory.data<i32>([29692, -10426, 6967, -5906], 16);
const FACTOR_BITS = 13;

/** Each pass scales even coefficients like the products of odd ones: by four times the unit of the factors. */
const EVEN_BITS = FACTOR_BITS + 2;
/** Bits that pass 1 drops. Its results keep a fraction of two bits. */
const COLUMN_BITS = EVEN_BITS - 2;
/** Bits that pass 2 drops: also the fraction, and the factor 8 of the transform. */
const ROW_BITS = EVEN_BITS + 2 + 3;

/** The place of each coefficient in zigzag order (T.81, figure A.6). */
export const PLACES = memory.data<u8>([
  24, 0, 20, 24, 4, 24, 1, 24, 24, 21, 24, 8, 24, 5, 24, 2, 24, 24, 24, 24, 22, 24, 12, 24, 9, 24, 6, 24, 3, 24, 24, 24,
  24, 24, 24, 23, 16, 24, 13, 24, 10, 24, 7, 24, 24, 24, 24, 24, 24, 17, 24, 14, 24, 11, 24, 24, 24, 24, 18, 24, 15, 24,
  24, 19,
]);

/** Writes the weights of a component. @param quantization 64 bytes in zigzag order */
export function i32_weights(weights: usize, quantization: usize): void {
  for (let k: usize = 1; k < 64; k++) {
    const place = <usize>load<u8>(PLACES + k);
    if (place == UNUSED) continue;
    const row = place < 20 ? place >> 2 : (place & 3) + 1;
    const factor = row == 0 ? 1 : load<i32>(FACTORS + ((row - 1) << 2));
    store<i32>(weights + (place << 2), factor * <i32>load<u8>(quantization + k));
  }
}

/** Returns the products of four values with their weights. */
@inline
function products(block: usize, weights: usize, place: usize): v128 {
  return i32x4.mul(v128.load16x4_s(block + (place << 1)), v128.load(weights + (place << 2)));
}

/** Returns the sums of both vectors, as a0 + a2, b0 + b2, a1 + a3, b1 + b3. */
@inline
function pairSums(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
}

/**
 * Writes the samples [2, 2] of a block, and sets the block to 0.
 * @returns false if values are so large that libjpeg-turbo's shortcuts for zeros have other results. No encoder writes such values
 */
export function u8_inverse2x2(to: usize, stride: usize, weights: usize, mean: i32, block: usize): bool {
  // Pass 1, columns 1, 3, 5 and 7.
  const row0 = products(block, weights, 0);
  const even = i32x4.add(i32x4.shl(row0, EVEN_BITS), i32x4.splat(1 << (COLUMN_BITS - 1)));
  const odd = i32x4.add(
    i32x4.add(products(block, weights, 4), products(block, weights, 8)),
    i32x4.add(products(block, weights, 12), products(block, weights, 16)),
  );
  const factors = v128.load(FACTORS);
  const above = i32x4.mul(i32x4.shr_s(i32x4.add(even, odd), COLUMN_BITS), factors);
  const below = i32x4.mul(i32x4.shr_s(i32x4.sub(even, odd), COLUMN_BITS), factors);
  // Column 0.
  const column = products(block, weights, 20);
  const columnSums = pairSums(column, column);
  const odd0 = i32x4.extract_lane(columnSums, 0) + i32x4.extract_lane(columnSums, 2);
  const even0 = (mean << EVEN_BITS) + (1 << (COLUMN_BITS - 1));
  const above0 = (even0 + odd0) >> COLUMN_BITS;
  const below0 = (even0 - odd0) >> COLUMN_BITS;

  let rows = i32x4.replace_lane(i32x4.splat(mean), 0, above0);
  rows = i32x4.replace_lane(rows, 1, below0);
  if (v128.any_true(v128.or(beyond(row0), beyond(rows)))) return false;

  // Pass 2, the rows above and below.
  let rowSums = pairSums(above, below);
  rowSums = i32x4.add(rowSums, v128.shuffle<i32>(rowSums, rowSums, 2, 3, 0, 1));
  rows = i32x4.add(i32x4.shl(rows, EVEN_BITS), i32x4.splat(1 << (ROW_BITS - 1)));
  const values = i32x4.shr_s(v128.shuffle<i32>(i32x4.add(rows, rowSums), i32x4.sub(rows, rowSums), 0, 4, 1, 5), ROW_BITS);
  const bytes = samples(values, values, values, values);
  store<u16>(to, i16x8.extract_lane_u(bytes, 0));
  store<u16>(to + stride, i16x8.extract_lane_u(bytes, 1));
  v128.store(block, i64x2.splat(0));
  v128.store(block, i64x2.splat(0), 16);
  v128.store(block, i64x2.splat(0), 32);
  store<i16>(block, 0, 2 * UNUSED);
  return true;
}
