/** @file The histogram of a masked object's intensities, and the change of its contrast and brightness. */

/** histogram [256] = number of intensities of x [height, width] inside the mask that round to each integer. */
export function u32_histogram(
  histogram: usize,
  x: usize,
  mask: usize,
  width: i32,
  height: i32,
  stride: i32,
): void {
  memory.fill(histogram, 0, 1024);
  for (let i = 0; i < height; i++) {
    for (let j = <usize>(i * stride); j < <usize>(i * stride + width); j++) {
      if (!load<u8>(mask + j)) continue;
      const at = histogram + ((<usize>(load<f32>(x + (j << 2)) + 0.5)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}

/** x [count] = contrast · x + brightness inside the mask, clamped to minimum..maximum, and 0 outside. In place. */
export function f32_tone(
  x: usize,
  mask: usize,
  contrast: f32,
  brightness: f32,
  minimum: f32,
  maximum: f32,
  count: i32,
): void {
  for (let i = 0; i < count; i += 4) {
    const toned = f32x4.add(f32x4.mul(v128.load(x), f32x4.splat(contrast)), f32x4.splat(brightness));
    const clamped = f32x4.pmin(f32x4.pmax(toned, f32x4.splat(minimum)), f32x4.splat(maximum));
    const lanes = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(mask)));
    v128.store(x, v128.and(clamped, lanes));
    x += 16;
    mask += 4;
  }
}
