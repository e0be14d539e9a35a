/** @file An object's intensities, brought into a range, then to a small square. */

/** histogram [256] = how many intensities x [height, width] in the mask round to each number. */
export function u32_histogram(histogram: usize, x: usize, mask: usize, width: i32, height: i32, row: i32): void {
  memory.fill(histogram, 0, 1024);
  for (let i = 0; i < height; i++) {
    for (let j = <usize>(i * row); j < <usize>(i * row + width); j++) {
      if (!load<u8>(mask + j)) continue;
      const at = histogram + ((<usize>(load<f32>(x + (j << 2)) + 0.5)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
}

/** x [count] = contrast · x + brightness in the mask, within least..most; 0 elsewhere; in place. */
export function f32_tone(
  x: usize,
  mask: usize,
  contrast: f32,
  brightness: f32,
  least: f32,
  most: f32,
  count: i32,
): void {
  for (let i = 0; i < count; i += 4) {
    const toned = f32x4.add(f32x4.mul(v128.load(x), f32x4.splat(contrast)), f32x4.splat(brightness));
    const within = f32x4.pmin(f32x4.pmax(toned, f32x4.splat(least)), f32x4.splat(most));
    const bytes = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(mask)));
    v128.store(x, v128.and(within, bytes));
    x += 16;
    mask += 4;
  }
}

/**
 * image [size, size] = x [height, width] scaled so that its longest edge is `size`, centred, black around it; a byte is the mean over
 * its area.
 * @param line room for a row of x
 */
export function u8_place(
  image: usize,
  x: usize,
  line: usize,
  size: i32,
  width: i32,
  height: i32,
  row: i32,
): void {
  const scale = <f64>size / <f64>max(width, height);
  const columns = max(1, <i32>(<f64>width * scale + 0.5));
  const rows = max(1, <i32>(<f64>height * scale + 0.5));
  memory.fill(image, 0, <usize>(size * size));
  image += <usize>(((size - rows) / 2) * size + (size - columns) / 2);
  for (let i = 0; i < rows; i++) {
    meanRow(line, x, <f64>(i * height) / rows, <f64>((i + 1) * height) / rows, width, row);
    for (let j = 0; j < columns; j++) {
      const begin = <f64>(j * width) / columns;
      const end = <f64>((j + 1) * width) / columns;
      let sum: f64 = 0;
      for (let k = <i32>begin; <f64>k < end; k++) {
        sum += (min<f64>(end, k + 1) - max<f64>(begin, k)) * <f64>load<f32>(line + ((<usize>k) << 2));
      }
      store<u8>(image + j, <u8>(sum / (end - begin) + 0.5));
    }
    image += size;
  }
}

/** line [width] = the mean of the rows of x from `begin` to `end`; the first and the last count by the part that is covered. */
function meanRow(line: usize, x: usize, begin: f64, end: f64, width: i32, row: i32): void {
  memory.fill(line, 0, (<usize>width) << 2);
  const whole = f32x4.splat(<f32>(end - begin));
  for (let k = <i32>begin; <f64>k < end; k++) {
    const from = x + ((<usize>(k * row)) << 2);
    const part = f32x4.div(f32x4.splat(<f32>(min<f64>(end, k + 1) - max<f64>(begin, k))), whole);
    for (let j = 0; j < width; j += 4) {
      const at = line + ((<usize>j) << 2);
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(part, v128.load(from + ((<usize>j) << 2)))));
    }
  }
}
