/** @file Differences of neighbouring pixels, and the affinities that the random walker derives from them. */
import { lanesBefore } from './lanes';
import { exp } from './math';

/**
 * right, below [height, width] = squared distance of each pixel of the planes x [planes, height, width] to the next in its row
 * and to the next in its column; zero where there is none. Returns the sum of all distances.
 */
export function f32_squared_differences(
  right: usize,
  below: usize,
  x: usize,
  planes: i32,
  width: i32,
  height: i32,
  stride: i32,
  planeStride: usize,
): f64 {
  const rowBytes = (<usize>stride) << 2;
  let all: f64 = 0;
  for (let i = 0; i < height; i++) {
    let sum = f32x4.splat(0);
    for (let j = 0; j < stride; j += 4) {
      let toRight = f32x4.splat(0);
      let toBelow = toRight;
      let from = x;
      for (let k = 0; k < planes; k++) {
        const here = v128.load(from);
        const across = f32x4.sub(v128.load(from, 4), here);
        const down = f32x4.sub(v128.load(from + rowBytes), here);
        toRight = f32x4.add(toRight, f32x4.mul(across, across));
        toBelow = f32x4.add(toBelow, f32x4.mul(down, down));
        from += planeStride;
      }
      toRight = v128.and(toRight, lanesBefore(width - 1, j));
      toBelow = v128.and(toBelow, lanesBefore(i < height - 1 ? width : 0, j));
      v128.store(right, toRight);
      v128.store(below, toBelow);
      sum = f32x4.add(sum, f32x4.add(toRight, toBelow));
      x += 16;
      right += 16;
      below += 16;
    }
    const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1);
    all += low + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
  }
  return all;
}

/** y [paddedHeight, stride] = exp(scale · x) + minimum for x [height, width], and zero in the padding. */
export function f32_affinities(
  y: usize,
  x: usize,
  scale: f32,
  minimum: f32,
  width: i32,
  height: i32,
  stride: i32,
  paddedHeight: i32,
): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < stride; j += 4) {
      const affinity = f32x4.add(exp(f32x4.mul(v128.load(x), f32x4.splat(scale))), f32x4.splat(minimum));
      v128.store(y, v128.and(affinity, lanesBefore(width, j)));
      x += 16;
      y += 16;
    }
  }
  memory.fill(y, 0, (<usize>((paddedHeight - height) * stride)) << 2);
}
