/** @file RGBA bytes → mean colours of areas. */

/** Composites `count` RGBA pixels over white, in place. Their alpha bytes stay. Reads whole vectors of four pixels. */
export function u8_over_white(pixels: usize, count: i32): void {
  const end = pixels + ((<usize>count) << 2);
  for (let block = pixels; block < end; block += 16) {
    // Skip blocks of opaque pixels: with the colour bits set, every byte is 255.
    if (i8x16.all_true(i8x16.eq(v128.or(v128.load(block), i32x4.splat(0xffffff)), i8x16.splat(-1)))) continue;
    for (let at = block; at < min(end, block + 16); at += 4) {
      const opacity = <i32>load<u8>(at, 3);
      for (let k: usize = 0; k < 3; k++) {
        const hidden = opacity * (255 - <i32>load<u8>(at + k));
        store<u8>(at + k, 255 - (hidden + 127) / 255);
      }
    }
  }
}

/** sums [width, 4] += column sums of the pixels [rows, width, 4]. Reads and writes groups of four columns. */
export function u32_add_rows(sums: usize, pixels: usize, width: i32, rows: i32): void {
  const rowBytes = (<usize>width) << 2;
  for (let x = 0; x < width; x += 4) {
    let a = v128.load(sums);
    let b = v128.load(sums, 16);
    let c = v128.load(sums, 32);
    let d = v128.load(sums, 48);
    let from = pixels + ((<usize>x) << 2);
    for (let y = 0; y < rows; y++) {
      const bytes = v128.load(from);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      a = i32x4.add(a, i32x4.extend_low_i16x8_u(low));
      b = i32x4.add(b, i32x4.extend_high_i16x8_u(low));
      c = i32x4.add(c, i32x4.extend_low_i16x8_u(high));
      d = i32x4.add(d, i32x4.extend_high_i16x8_u(high));
      from += rowBytes;
    }
    v128.store(sums, a);
    v128.store(sums, b, 16);
    v128.store(sums, c, 32);
    v128.store(sums, d, 48);
    sums += 64;
  }
}

/**
 * Writes one row of the RGB planes x [3, count]: means of sums [·, 4] over the columns bounds[i]..bounds[i + 1] and over `rows`
 * rows. Resets the sums to zero.
 */
export function f32_area_means(
  x: usize,
  sums: usize,
  bounds: usize,
  count: i32,
  rows: i32,
  planeStride: usize,
): void {
  let column = load<u32>(bounds);
  for (let i = 0; i < count; i++) {
    bounds += 4;
    const end = load<u32>(bounds);
    const area = (end - column) * rows;
    let sum = i32x4.splat(0);
    for (; column < end; column++) {
      const at = sums + ((<usize>column) << 4);
      sum = i32x4.add(sum, v128.load(at));
      v128.store(at, i32x4.splat(0));
    }
    const mean = f32x4.div(f32x4.convert_i32x4_u(sum), f32x4.splat(<f32>area));
    store<f32>(x, f32x4.extract_lane(mean, 0));
    store<f32>(x + planeStride, f32x4.extract_lane(mean, 1));
    store<f32>(x + 2 * planeStride, f32x4.extract_lane(mean, 2));
    x += 4;
  }
}
