/** @file The placement of an object in a small square. */

/**
 * image [size, size] = x [height, width] scaled so that its longest edge is `size`, centred on black. Each byte is the mean over
 * its area of x, with partly covered pixels weighted by the covered part.
 * @param line scratch for a row of x
 */
export function u8_place(
  image: usize,
  x: usize,
  line: usize,
  size: i32,
  width: i32,
  height: i32,
  stride: i32,
): void {
  const scale = <f64>size / <f64>max(width, height);
  const columns = max(1, <i32>(<f64>width * scale + 0.5));
  const rows = max(1, <i32>(<f64>height * scale + 0.5));
  memory.fill(image, 0, <usize>(size * size));
  image += <usize>(((size - rows) / 2) * size + (size - columns) / 2);
  for (let i = 0; i < rows; i++) {
    meanOfRows(line, x, <f64>(i * height) / rows, <f64>((i + 1) * height) / rows, width, stride);
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

/** line [width] = mean of the rows begin..end of x. The first and the last row are weighted by their covered part. */
function meanOfRows(line: usize, x: usize, begin: f64, end: f64, width: i32, stride: i32): void {
  memory.fill(line, 0, (<usize>width) << 2);
  const whole = f32x4.splat(<f32>(end - begin));
  for (let k = <i32>begin; <f64>k < end; k++) {
    const from = x + ((<usize>(k * stride)) << 2);
    const part = f32x4.div(f32x4.splat(<f32>(min<f64>(end, k + 1) - max<f64>(begin, k))), whole);
    for (let j = 0; j < width; j += 4) {
      const at = line + ((<usize>j) << 2);
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(part, v128.load(from + ((<usize>j) << 2)))));
    }
  }
}
