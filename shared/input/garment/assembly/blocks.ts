/** @file Blocks of 2 × 2 pixels: their means, what they vary by, and how rough a place is by that. */
import { storeTurned } from './lanes';
import { log } from './math';

/** Column `width` of x = the one before, then row `height` = the one above: an odd picture in whole blocks. */
export function f32_repeat_edge(x: usize, width: i32, height: i32, row: i32): void {
  const step = (<usize>row) << 2;
  for (let y = 0; y < height; y++) {
    const end = x + <usize>y * step + ((<usize>width) << 2);
    store<f32>(end, load<f32>(end - 4));
  }
  const below = x + <usize>height * step;
  memory.copy(below, below - step, (<usize>width + 1) << 2);
}

/** y [height, width] = factor · the means of the blocks of x [2 · height, 2 · width]. */
export function f32_halve(y: usize, x: usize, factor: f32, width: i32, height: i32, yRow: i32, xRow: i32): void {
  const quarter = f32x4.splat(factor / 4);
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(2 * i * xRow)) << 2);
    let to = y + ((<usize>(i * yRow)) << 2);
    for (let j = 0; j < width; j += 4) {
      const below = from + ((<usize>xRow) << 2);
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

/** y [height, width] = the standard deviations within the blocks of x [2 · height, 2 · width]. */
export function f32_deviations(y: usize, x: usize, width: i32, height: i32, yRow: i32, xRow: i32): void {
  const quarter = f32x4.splat(0.25);
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(2 * i * xRow)) << 2);
    let to = y + ((<usize>(i * yRow)) << 2);
    for (let j = 0; j < width; j += 4) {
      const below = from + ((<usize>xRow) << 2);
      let a = v128.shuffle<f32>(v128.load(from), v128.load(from, 16), 0, 2, 4, 6);
      let b = v128.shuffle<f32>(v128.load(from), v128.load(from, 16), 1, 3, 5, 7);
      let c = v128.shuffle<f32>(v128.load(below), v128.load(below, 16), 0, 2, 4, 6);
      let d = v128.shuffle<f32>(v128.load(below), v128.load(below, 16), 1, 3, 5, 7);
      const mean = f32x4.mul(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), quarter);
      a = f32x4.sub(a, mean);
      b = f32x4.sub(b, mean);
      c = f32x4.sub(c, mean);
      d = f32x4.sub(d, mean);
      const above = f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b));
      const squares = f32x4.add(above, f32x4.add(f32x4.mul(c, c), f32x4.mul(d, d)));
      v128.store(to, f32x4.sqrt(f32x4.mul(squares, quarter)));
      from += 32;
      to += 16;
    }
  }
}

/** y [width, height] = the least of each value of x [height, width] and those next to it in its column, turned. */
export function f32_least_turned(y: usize, x: usize, width: i32, height: i32, yRow: i32, xRow: i32): void {
  const step = (<usize>xRow) << 2;
  for (let j = 0; j < width; j += 4) {
    const column = x + ((<usize>j) << 2);
    const to = y + ((<usize>(j * yRow)) << 2);
    for (let i = 0; i < height; i += 4) {
      const a = leastAt(column, i, height, step);
      const b = leastAt(column, i + 1, height, step);
      const c = leastAt(column, i + 2, height, step);
      const d = leastAt(column, i + 3, height, step);
      storeTurned(to + ((<usize>i) << 2), (<usize>yRow) << 2, a, b, c, d);
    }
  }
}

@inline
function leastAt(column: usize, i: i32, height: i32, step: usize): v128 {
  const last = height - 1;
  const before = v128.load(column + <usize>min(last, max(0, i - 1)) * step);
  const after = v128.load(column + <usize>min(last, i + 1) * step);
  return f32x4.pmin(f32x4.pmin(v128.load(column + <usize>min(last, i) * step), before), after);
}

/** y [width, height] = the mean of each value of x [height, width] and up to `reach` on either side in its column, turned. */
export function f32_means_turned(
  y: usize,
  x: usize,
  reach: i32,
  width: i32,
  height: i32,
  yRow: i32,
  xRow: i32,
): void {
  const step = (<usize>xRow) << 2;
  for (let j = 0; j < width; j += 4) {
    const column = x + ((<usize>j) << 2);
    const to = y + ((<usize>(j * yRow)) << 2);
    for (let i = 0; i < height; i += 4) {
      const a = meanAt(column, i, reach, height, step);
      const b = meanAt(column, i + 1, reach, height, step);
      const c = meanAt(column, i + 2, reach, height, step);
      const d = meanAt(column, i + 3, reach, height, step);
      storeTurned(to + ((<usize>i) << 2), (<usize>yRow) << 2, a, b, c, d);
    }
  }
}

/** Beyond the last one that of a few of the last, for nobody. */
function meanAt(column: usize, i: i32, reach: i32, height: i32, step: usize): v128 {
  const first = min(height - 1, max(0, i - reach));
  const last = min(height - 1, i + reach);
  let sum = f32x4.splat(0);
  for (let k = first; k <= last; k++) sum = f32x4.add(sum, v128.load(column + <usize>k * step));
  return f32x4.div(sum, f32x4.splat(<f32>(last - first + 1)));
}

/** y [count] = scale · log₂(1 + x / unit). */
export function f32_doublings(y: usize, x: usize, scale: f32, unit: f32, count: i32): void {
  const factor = f32x4.splat(scale * <f32>1.44269504);
  for (let i = 0; i < count; i += 4) {
    const more = f32x4.add(f32x4.splat(1), f32x4.div(v128.load(x), f32x4.splat(unit)));
    v128.store(y, f32x4.mul(log(more), factor));
    x += 16;
    y += 16;
  }
}
