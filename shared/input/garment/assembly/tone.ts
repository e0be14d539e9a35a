/** @file The histogram of a masked object's intensities, and the change of its contrast and brightness. */
import { lanesBefore, lanesOf } from './lanes';

/** histogram [256] = number of intensities of x [height, width] inside the mask that round to each integer. Overwrites one value more. */
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
    for (let j = 0; j < width; j += 4) {
      const inside = v128.and(lanesOf(mask + j), lanesBefore(width, j));
      if (!v128.any_true(inside)) continue;
      const values = v128.load(x + (<usize>j << 2));
      const nearest = i32x4.trunc_sat_f32x4_s(f32x4.add(values, f32x4.splat(0.5)));
      // Pixels outside the mask are counted beyond its end.
      const at = i32x4.shl(v128.bitselect(nearest, i32x4.splat(256), inside), 2);
      count(histogram + <usize>i32x4.extract_lane(at, 0));
      count(histogram + <usize>i32x4.extract_lane(at, 1));
      count(histogram + <usize>i32x4.extract_lane(at, 2));
      count(histogram + <usize>i32x4.extract_lane(at, 3));
    }
    x += <usize>stride << 2;
    mask += stride;
  }
}

@inline
function count(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
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
    v128.store(x, v128.and(clamped, lanesOf(mask)));
    x += 16;
    mask += 4;
  }
}
