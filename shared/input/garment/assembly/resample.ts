/** @file Bilinear resampling. */

/**
 * Returns the position of the centre of pixel `i` of a line of `to` pixels, measured in pixel centres of a line of `from` pixels.
 */
@inline
function positionIn(from: i32, to: i32, i: i32): f64 {
  return min<f64>(from - 1, max<f64>(0, ((<f64>i + 0.5) * from) / to - 0.5));
}

/**
 * y [yHeight, yWidth] = x [height, width] resampled: bilinear between pixel centres, the nearest pixel beyond the outermost ones.
 * Reads one row and one column past the end of x, with weight 0: they must be finite.
 * @param line scratch for a row of x, followed by a position (8 bytes) for each column of y
 */
export function f32_resample(
  y: usize,
  x: usize,
  line: usize,
  width: i32,
  height: i32,
  stride: i32,
  yWidth: i32,
  yHeight: i32,
  yStride: i32,
): void {
  const positions = line + ((<usize>stride) << 2);
  for (let j = 0; j < yWidth; j++) {
    const position = positionIn(width, yWidth, j);
    const at = positions + ((<usize>j) << 3);
    store<u32>(at, <u32>position << 2);
    store<f32>(at, <f32>(position - floor(position)), 4);
  }
  for (let i = 0; i < yHeight; i++) {
    const position = positionIn(height, yHeight, i);
    const weight = f32x4.splat(<f32>(position - floor(position)));
    const row = x + ((<usize>(<i32>position * stride)) << 2);
    for (let at: usize = 0; at < (<usize>stride) << 2; at += 16) {
      const first = v128.load(row + at);
      const second = v128.load(row + ((<usize>stride) << 2) + at);
      v128.store(line + at, f32x4.add(first, f32x4.mul(weight, f32x4.sub(second, first))));
    }
    const to = y + ((<usize>(i * yStride)) << 2);
    for (let j = 0; j < yWidth; j++) {
      const at = positions + ((<usize>j) << 3);
      const from = line + load<u32>(at);
      const left = load<f32>(from);
      store<f32>(to + ((<usize>j) << 2), left + load<f32>(at, 4) * (load<f32>(from, 4) - left));
    }
  }
}
