/**
 * @file The inverse cosine transforms of a block to 3 × 3, 4 × 4, 6 × 6 and 8 × 8 samples: the arithmetic of libjpeg-turbo (jidctint.c,
 * jidctred.c), which wraps around at 32 bits. A pass transforms columns, four at a time; a second one the rows, as columns of the transposed
 * block.
 */
import { beyond, samples } from './range';

/** A factor f is written as f · 2¹³, rounded. */
const FACTOR_BITS = 13;
/** Bits of the fraction that the first pass keeps. */
const FRACTION_BITS = 2;
/** Bits that the passes drop. The second one also drops the factor 8 of the transform. */
const COLUMN_BITS = FACTOR_BITS - FRACTION_BITS;
const ROW_BITS = FACTOR_BITS + FRACTION_BITS + 3;

/** Bytes of a row of eight values. */
const ROW: usize = 32;
/** Bytes of scratch: int32 [8, 8] and the same transposed. It is 0 before the first block of an image. */
export const PASSES_BYTES: usize = 16 * ROW;

/** The place of each coefficient in zigzag order (T.81, figure A.6). */
export const ZIGZAG = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
  62, 63,
]);

/** Writes the quantization of a component, int32 [8, 8]. @param quantization 64 bytes in zigzag order */
export function i32_quantization(to: usize, quantization: usize): void {
  for (let k: usize = 0; k < 64; k++) {
    store<i32>(to + (<usize>load<u8>(ZIGZAG + k) << 2), load<u8>(quantization + k));
  }
}

@inline
function add(a: v128, b: v128): v128 {
  return i32x4.add(a, b);
}

@inline
function sub(a: v128, b: v128): v128 {
  return i32x4.sub(a, b);
}

@inline
function times(a: v128, factor: i32): v128 {
  return i32x4.mul(a, i32x4.splat(factor));
}

/** Returns row k of four columns. */
@inline
function row(at: usize, k: usize): v128 {
  return v128.load(at + k * ROW);
}

/** Returns row 0 in the unit of 2^`unit`, plus half of what a pass drops. */
@inline
function mean(at: usize, unit: i32, bits: i32): v128 {
  return add(i32x4.shl(row(at, 0), unit), i32x4.splat(1 << (bits - 1)));
}

/** Writes the sum to row k and the difference to row `opposite`. */
@inline
function storeBoth(at: usize, k: usize, opposite: usize, a: v128, b: v128, bits: i32): void {
  v128.store(at + k * ROW, i32x4.shr_s(add(a, b), bits));
  v128.store(at + opposite * ROW, i32x4.shr_s(sub(a, b), bits));
}

/** Transforms columns of 3 coefficients to 3 values. */
function pass3(at: usize, bits: i32): void {
  const c0 = mean(at, FACTOR_BITS, bits);
  const c1 = times(row(at, 1), 10033);
  const c2 = times(row(at, 2), 5793);
  v128.store(at + ROW, i32x4.shr_s(sub(sub(c0, c2), c2), bits));
  storeBoth(at, 0, 2, add(c0, c2), c1, bits);
}

/** Transforms columns of 8 coefficients, of which number 4 has no weight, to 4 values. */
function pass4(at: usize, bits: i32): void {
  const c0 = mean(at, FACTOR_BITS + 1, bits + 1);
  const even = sub(times(row(at, 2), 15137), times(row(at, 6), 6270));
  const c1 = row(at, 1);
  const c3 = row(at, 3);
  const c5 = row(at, 5);
  const c7 = row(at, 7);
  const outer = add(
    sub(times(c1, 20995), times(c7, 4176)),
    sub(times(c3, 7373), times(c5, 4926)),
  );
  const inner = add(
    sub(times(c1, 8697), times(c7, 1730)),
    sub(times(c5, 11893), times(c3, 17799)),
  );
  storeBoth(at, 0, 3, add(c0, even), outer, bits + 1);
  storeBoth(at, 1, 2, sub(c0, even), inner, bits + 1);
}

/** Transforms columns of 6 coefficients to 6 values. */
function pass6(at: usize, bits: i32): void {
  const c0 = mean(at, FACTOR_BITS, bits);
  const c1 = row(at, 1);
  const c2 = times(row(at, 2), 10033);
  const c3 = row(at, 3);
  const c4 = times(row(at, 4), 5793);
  const c5 = row(at, 5);
  const even = add(c0, c4);
  const both = times(add(c1, c5), 2998);
  const middle = sub(sub(c0, c4), c4);
  const difference = sub(sub(c1, c3), c5);
  storeBoth(at, 0, 5, add(even, c2), add(both, i32x4.shl(add(c1, c3), FACTOR_BITS)), bits);
  storeBoth(at, 2, 3, sub(even, c2), add(both, i32x4.shl(sub(c5, c3), FACTOR_BITS)), bits);
  // The first pass of libjpeg-turbo drops bits before it adds, which differs when large sums wrap around.
  if (bits == COLUMN_BITS) storeBoth(at, 1, 4, i32x4.shr_s(middle, bits), i32x4.shl(difference, FRACTION_BITS), 0);
  else storeBoth(at, 1, 4, middle, i32x4.shl(difference, FACTOR_BITS), bits);
}

/** Transforms columns of 8 coefficients to 8 values (Loeffler, Ligtenberg and Moschytz 1989). */
function pass8(at: usize, bits: i32): void {
  const c2 = row(at, 2);
  const c6 = row(at, 6);
  const c26 = times(add(c2, c6), 4433);
  const even2 = sub(c26, times(c6, 15137));
  const even3 = add(c26, times(c2, 6270));
  const c0 = mean(at, FACTOR_BITS, bits);
  const c4 = i32x4.shl(row(at, 4), FACTOR_BITS);
  const even0 = add(c0, c4);
  const even1 = sub(c0, c4);

  const c1 = row(at, 1);
  const c3 = row(at, 3);
  const c5 = row(at, 5);
  const c7 = row(at, 7);
  const c37 = add(c3, c7);
  const c15 = add(c1, c5);
  const all = times(add(c37, c15), 9633);
  const z1 = times(add(c1, c7), -7373);
  const z2 = times(add(c3, c5), -20995);
  const z3 = sub(all, times(c37, 16069));
  const z4 = sub(all, times(c15, 3196));
  const odd0 = add(times(c7, 2446), add(z1, z3));
  const odd1 = add(times(c5, 16819), add(z2, z4));
  const odd2 = add(times(c3, 25172), add(z2, z3));
  const odd3 = add(times(c1, 12299), add(z1, z4));
  storeBoth(at, 0, 7, add(even0, even3), odd3, bits);
  storeBoth(at, 1, 6, add(even1, even2), odd2, bits);
  storeBoth(at, 2, 5, sub(even1, even2), odd1, bits);
  storeBoth(at, 3, 4, sub(even0, even3), odd0, bits);
}

function pass(at: usize, size: i32, bits: i32): void {
  if (size == 3) pass3(at, bits);
  else if (size == 4) pass4(at, bits);
  else if (size == 6) pass6(at, bits);
  else pass8(at, bits);
}

/** Transposes 4 × 4 values. */
function transpose(to: usize, from: usize): void {
  const a = row(from, 0);
  const b = row(from, 1);
  const c = row(from, 2);
  const d = row(from, 3);
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 0, 2));
  v128.store(to + ROW, v128.shuffle<i64>(ab01, cd01, 1, 3));
  v128.store(to + 2 * ROW, v128.shuffle<i64>(ab23, cd23, 0, 2));
  v128.store(to + 3 * ROW, v128.shuffle<i64>(ab23, cd23, 1, 3));
}

/** Writes four samples of each of four rows from columns of values, which are the rows here. */
@inline
function u8_storeRows(to: usize, stride: usize, at: usize): void {
  const bytes = samples(row(at, 0), row(at, 1), row(at, 2), row(at, 3));
  const rows = i8x16.shuffle(bytes, bytes, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  v128.store32_lane(to, rows, 0);
  v128.store32_lane(to + stride, rows, 1);
  v128.store32_lane(to + 2 * stride, rows, 2);
  v128.store32_lane(to + 3 * stride, rows, 3);
}

/**
 * Writes the samples [size, size] of a block. Overwrites up to a multiple of four samples to the right of it and below it.
 * @param block coefficients, int16 [8, 8]; becomes 0
 * @param quantization int32 [8, 8]
 * @param scratch PASSES_BYTES
 * @returns false if values are so large that libjpeg-turbo's shortcuts for zeros have other results. No encoder writes such values
 */
export function u8_inverse(to: usize, stride: usize, quantization: usize, block: usize, size: i32, scratch: usize): bool {
  const values = scratch;
  const transposed = scratch + 8 * ROW;
  const isNarrow = size <= 4;
  const lastHalf: usize = size == 3 ? 0 : 16;
  const rows: usize = size == 4 ? 8 : size;
  let wild = i32x4.splat(0);
  for (let half: usize = 0; half <= lastHalf; half += 16) {
    for (let k: usize = 0; k < rows; k++) {
      const coefficients = v128.load16x4_s(block + (half >> 1) + k * 16);
      v128.store(values + half + k * ROW, i32x4.mul(coefficients, v128.load(quantization + half + k * ROW)));
    }
    wild = v128.or(wild, beyond(row(values + half, 0)));
    pass(values + half, size, COLUMN_BITS);
    transpose(transposed + half * 8, values + half);
    if (!isNarrow) transpose(transposed + half * 8 + 16, values + half + 4 * ROW);
  }
  wild = v128.or(wild, beyond(row(transposed, 0)));
  if (!isNarrow) wild = v128.or(wild, beyond(row(transposed + 16, 0)));
  if (v128.any_true(wild)) return false;
  memory.fill(block, 0, 128);
  pass(transposed, size, ROW_BITS);
  u8_storeRows(to, stride, transposed);
  if (isNarrow) return true;
  pass(transposed + 16, size, ROW_BITS);
  u8_storeRows(to + 4, stride, transposed + 4 * ROW);
  to += 4 * stride;
  u8_storeRows(to, stride, transposed + 16);
  u8_storeRows(to + 4, stride, transposed + 4 * ROW + 16);
  return true;
}
