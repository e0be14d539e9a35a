/** @file Y, Cb and Cr → RGBA, bit for bit as libjpeg-turbo's jdcolor.c: 16 bits of fraction, rounded. */

/** 1.402, 1.772, 0.71414 and 0.34414, times 2¹⁶. */
const RED_CR = 91881;
const BLUE_CB = 116130;
const GREEN_CR = 46802;
const GREEN_CB = 22554;
const HALF = 1 << 15;

/** Returns four bytes as lanes. */
@inline
function four(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}

/** Writes a row of `width` pixels, rounded up to four. The planes follow each other after `planeStride` bytes. */
export function u8_rgba(pixels: usize, planes: usize, planeStride: usize, width: i32): void {
  const centre = i32x4.splat(128);
  for (const end = pixels + (<usize>width << 2); pixels < end; pixels += 16) {
    const y = four(planes);
    const cb = i32x4.sub(four(planes + planeStride), centre);
    const cr = i32x4.sub(four(planes + 2 * planeStride), centre);
    planes += 4;
    const half = i32x4.splat(HALF);
    const red = i32x4.shr_s(i32x4.add(i32x4.mul(cr, i32x4.splat(RED_CR)), half), 16);
    const blue = i32x4.shr_s(i32x4.add(i32x4.mul(cb, i32x4.splat(BLUE_CB)), half), 16);
    const less = i32x4.add(i32x4.mul(cr, i32x4.splat(GREEN_CR)), i32x4.mul(cb, i32x4.splat(GREEN_CB)));
    const green = i32x4.shr_s(i32x4.sub(half, less), 16);
    // R0..R3 G0..G3 and B0..B3 A0..A3 as 16 bits, then as bytes.
    const redGreen = i16x8.narrow_i32x4_s(i32x4.add(y, red), i32x4.add(y, green));
    const blueAlpha = i16x8.narrow_i32x4_s(i32x4.add(y, blue), i32x4.splat(255));
    const planar = i8x16.narrow_i16x8_u(redGreen, blueAlpha);
    v128.store(pixels, i8x16.shuffle(planar, planar, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  }
}
