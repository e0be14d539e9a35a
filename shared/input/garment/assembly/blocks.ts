/** @file Kernels over blocks of 2 × 2 pixels (means, standard deviations) and the filters that turn deviations into roughness. */
import { storeTransposed } from './lanes';
import { log } from './math';

/** Repeats the last column and the last row of x [height, width] once, so that an odd size divides into whole blocks. */
export function f32_repeat_edge(x: usize, width: i32, height: i32, stride: i32): void {
  const rowBytes = (<usize>stride) << 2;
  for (let y = 0; y < height; y++) {
    const end = x + <usize>y * rowBytes + ((<usize>width) << 2);
    store<f32>(end, load<f32>(end - 4));
  }
  const below = x + <usize>height * rowBytes;
  memory.copy(below, below - rowBytes, (<usize>width + 1) << 2);
}

/** y [height, width] = factor · means of the blocks of x [2 · height, 2 · width]. */
export function f32_block_means(
  y: usize,
  x: usize,
  factor: f32,
  width: i32,
  height: i32,
  yStride: i32,
  xStride: i32,
): void {
  const quarter = f32x4.splat(factor / 4);
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(2 * i * xStride)) << 2);
    let to = y + ((<usize>(i * yStride)) << 2);
    for (let j = 0; j < width; j += 4) {
      const below = from + ((<usize>xStride) << 2);
      const left = f32x4.add(v128.load(from), v128.load(below));
      const right = f32x4.add(v128.load(from, 16), v128.load(below, 16));
      const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
      const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
      v128.store(to, f32x4.mul(f32x4.add(even, odd), quarter));
      from += 32;
      to += 16;
    }
  }
}

/** y [height, width] = standard deviations within the blocks of x [2 · height, 2 · width]. */
export function f32_block_deviations(
  y: usize,
  x: usize,
  width: i32,
  height: i32,
  yStride: i32,
  xStride: i32,
): void {
  const quarter = f32x4.splat(0.25);
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(2 * i * xStride)) << 2);
    let to = y + ((<usize>(i * yStride)) << 2);
    for (let j = 0; j < width; j += 4) {
      const below = from + ((<usize>xStride) << 2);
      let a = v128.shuffle<f32>(v128.load(from), v128.load(from, 16), 0, 2, 4, 6);
      let b = v128.shuffle<f32>(v128.load(from), v128.load(from, 16), 1, 3, 5, 7);
      let c = v128.shuffle<f32>(v128.load(below), v128.load(below, 16), 0, 2, 4, 6);
      let d = v128.shuffle<f32>(v128.load(below), v128.load(below, 16), 1, 3, 5, 7);
      const mean = f32x4.mul(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), quarter);
      a = f32x4.sub(a, mean);
      b = f32x4.sub(b, mean);
      c = f32x4.sub(c, mean);
      d = f32x4.sub(d, mean);
      const upper = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
      const squares = f32x4.add(upper, f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)));
      v128.store(to, f32x4.sqrt(f32x4.mul(squares, quarter)));
      from += 32;
      to += 16;
    }
  }
}

/** y [width, height] = transpose of the minimum of each value of x [height, width] and its two neighbours in the column. */
export function f32_minima_transposed(
  y: usize,
  x: usize,
  width: i32,
  height: i32,
  yStride: i32,
  xStride: i32,
): void {
  const rowBytes = (<usize>xStride) << 2;
  for (let j = 0; j < width; j += 4) {
    const column = x + ((<usize>j) << 2);
    const to = y + ((<usize>(j * yStride)) << 2);
    for (let i = 0; i < height; i += 4) {
      const a = minimumAt(column, i, height, rowBytes);
      const b = minimumAt(column, i + 1, height, rowBytes);
      const c = minimumAt(column, i + 2, height, rowBytes);
      const d = minimumAt(column, i + 3, height, rowBytes);
      storeTransposed(to + ((<usize>i) << 2), (<usize>yStride) << 2, a, b, c, d);
    }
  }
}

/** Rows outside the picture are clamped to it. Results for i ≥ height lie in the padding and are not used. */
@inline
function minimumAt(column: usize, i: i32, height: i32, rowBytes: usize): v128 {
  const last = height - 1;
  const previous = v128.load(column + <usize>min(last, max(0, i - 1)) * rowBytes);
  const next = v128.load(column + <usize>min(last, i + 1) * rowBytes);
  return f32x4.pmin(f32x4.pmin(v128.load(column + <usize>min(last, i) * rowBytes), previous), next);
}

/**
 * y [width, height] = transpose of the mean of each value of x [height, width] and up to `reach` neighbours on either side in the
 * column.
 */
export function f32_means_transposed(
  y: usize,
  x: usize,
  reach: i32,
  width: i32,
  height: i32,
  yStride: i32,
  xStride: i32,
): void {
  const rowBytes = (<usize>xStride) << 2;
  for (let j = 0; j < width; j += 4) {
    const column = x + ((<usize>j) << 2);
    const to = y + ((<usize>(j * yStride)) << 2);
    for (let i = 0; i < height; i += 4) {
      const a = meanAt(column, i, reach, height, rowBytes);
      const b = meanAt(column, i + 1, reach, height, rowBytes);
      const c = meanAt(column, i + 2, reach, height, rowBytes);
      const d = meanAt(column, i + 3, reach, height, rowBytes);
      storeTransposed(to + ((<usize>i) << 2), (<usize>yStride) << 2, a, b, c, d);
    }
  }
}

/** Rows outside the picture are left out of the mean. Results for i ≥ height lie in the padding and are not used. */
function meanAt(column: usize, i: i32, reach: i32, height: i32, rowBytes: usize): v128 {
  const first = min(height - 1, max(0, i - reach));
  const last = min(height - 1, i + reach);
  let sum = f32x4.splat(0);
  for (let k = first; k <= last; k++) sum = f32x4.add(sum, v128.load(column + <usize>k * rowBytes));
  return f32x4.div(sum, f32x4.splat(<f32>(last - first + 1)));
}

/** y [count] = scale · log₂(1 + x / unit). */
export function f32_log2_1p(y: usize, x: usize, scale: f32, unit: f32, count: i32): void {
  const factor = f32x4.splat(scale * <f32>1.44269504);
  for (let i = 0; i < count; i += 4) {
    const sum = f32x4.add(f32x4.splat(1), f32x4.div(v128.load(x), f32x4.splat(unit)));
    v128.store(y, f32x4.mul(log(sum), factor));
    x += 16;
    y += 16;
  }
}
