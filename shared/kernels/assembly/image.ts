/** @file Converts pixel bytes to float32 in 0..1. */

/** x [channels] planes with rows of `rowFloats` floats = bytes [channels, height, width] / 255. Keeps the zeros between rows. */
export function f32_image(
  x: usize,
  bytes: usize,
  channels: i32,
  height: i32,
  width: i32,
  rowFloats: i32,
  planeBytes: usize,
): void {
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height; i++) {
      let to = x + <usize>c * planeBytes + ((<usize>(i * rowFloats)) << 2);
      let j = 0;
      for (; j + 4 <= width; j += 4) {
        const pixels = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(bytes)));
        v128.store(to, f32x4.div(f32x4.convert_i32x4_u(pixels), f32x4.splat(255)));
        bytes += 4;
        to += 16;
      }
      for (; j < width; j++) {
        store<f32>(to, <f32>load<u8>(bytes++) / 255);
        to += 4;
      }
    }
  }
}
