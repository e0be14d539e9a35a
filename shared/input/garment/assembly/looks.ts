/** @file Clusters of points of four numbers each. */
import { storeTurned } from './lanes';

/** points [height · width, 4] = the pixels of x [4 planes, height, width]. Writes up to three more. */
export function f32x4_points(points: usize, x: usize, width: i32, height: i32, row: i32, plane: usize): void {
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(i * row)) << 2);
    // What is written beyond a row's end the next row writes over.
    for (let j = 0; j < width; j += 4) {
      const second = from + plane;
      const third = second + plane;
      const to = points + ((<usize>(i * width + j)) << 4);
      storeTurned(to, 16, v128.load(from), v128.load(second), v128.load(third), v128.load(third + plane));
      from += 16;
    }
  }
}

/** spread [8] = the means of points [from..to, 4] along each axis, then the squares about them, added up. Of no points zeros. */
export function f64_spread(spread: usize, points: usize, from: i32, to: i32): void {
  let sumLow = f64x2.splat(0);
  let sumHigh = f64x2.splat(0);
  let squareLow = f64x2.splat(0);
  let squareHigh = f64x2.splat(0);
  for (let i = from; i < to; i++) {
    const point = v128.load(points + ((<usize>i) << 4));
    const low = f64x2.promote_low_f32x4(point);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(point, point, 2, 3, 0, 1));
    sumLow = f64x2.add(sumLow, low);
    sumHigh = f64x2.add(sumHigh, high);
    squareLow = f64x2.add(squareLow, f64x2.mul(low, low));
    squareHigh = f64x2.add(squareHigh, f64x2.mul(high, high));
  }
  const share = f64x2.splat(to > from ? 1 / <f64>(to - from) : 0);
  const meanLow = f64x2.mul(sumLow, share);
  const meanHigh = f64x2.mul(sumHigh, share);
  v128.store(spread, meanLow);
  v128.store(spread, meanHigh, 16);
  v128.store(spread, f64x2.sub(squareLow, f64x2.mul(sumLow, meanLow)), 32);
  v128.store(spread, f64x2.sub(squareHigh, f64x2.mul(sumHigh, meanHigh)), 48);
}

/** Brings the points [from..to, 4] that are greater than `bound` along `axis` behind the others. Returns where they begin. */
export function f32x4_split(points: usize, from: i32, to: i32, axis: i32, bound: f32): i32 {
  let end = from;
  for (let i = from; i < to; i++) {
    const at = points + ((<usize>i) << 4);
    if (load<f32>(at + ((<usize>axis) << 2)) > bound) continue;
    const point = v128.load(at);
    const there = points + ((<usize>end) << 4);
    v128.store(at, v128.load(there));
    v128.store(there, point);
    end += 1;
  }
  return end;
}

/** y [size] = the number of that of centres [count, 4] which each pixel of x [4 planes, size] is nearest to. */
export function u8_nearest(y: usize, x: usize, centres: usize, count: i32, size: i32, plane: usize): void {
  for (let i = 0; i < size; i += 4) {
    const a = v128.load(x);
    const b = v128.load(x + plane);
    const c = v128.load(x + 2 * plane);
    const d = v128.load(x + 3 * plane);
    let least = f32x4.splat(Infinity);
    let best = i32x4.splat(0);
    let centre = centres;
    for (let k = 0; k < count; k++) {
      const da = f32x4.sub(a, v128.load32_splat(centre));
      const db = f32x4.sub(b, v128.load32_splat(centre, 4));
      const dc = f32x4.sub(c, v128.load32_splat(centre, 8));
      const dd = f32x4.sub(d, v128.load32_splat(centre, 12));
      const first = f32x4.add(f32x4.mul(da, da), f32x4.mul(db, db));
      const distance = f32x4.add(first, f32x4.add(f32x4.mul(dc, dc), f32x4.mul(dd, dd)));
      best = v128.bitselect(i32x4.splat(k), best, f32x4.lt(distance, least));
      least = f32x4.pmin(least, distance);
      centre += 16;
    }
    const halves = i16x8.narrow_i32x4_u(best, best);
    v128.store32_lane(y, i8x16.narrow_i16x8_u(halves, halves), 0);
    x += 16;
    y += 4;
  }
}

/**
 * centres [count, 4] = the means of the pixels of x [4 planes, height, width] of each class; of a class without a pixel, infinities:
 * nothing is near it.
 * @param sizes room for [count]
 * @param classes [height, width] bytes; strides are the same
 */
export function f32_class_means(
  centres: usize,
  sizes: usize,
  classes: usize,
  x: usize,
  count: i32,
  width: i32,
  height: i32,
  row: i32,
  plane: usize,
): void {
  memory.fill(centres, 0, (<usize>count) << 4);
  memory.fill(sizes, 0, (<usize>count) << 2);
  for (let i = 0; i < height; i++) {
    for (let j = <usize>(i * row); j < <usize>(i * row + width); j++) {
      const k = <usize>load<u8>(classes + j);
      const from = x + (j << 2);
      const colour = f32x4(load<f32>(from), load<f32>(from + plane), load<f32>(from + 2 * plane), load<f32>(from + 3 * plane));
      const sum = centres + (k << 4);
      v128.store(sum, f32x4.add(v128.load(sum), colour));
      const size = sizes + (k << 2);
      store<f32>(size, load<f32>(size) + 1);
    }
  }
  for (let k: usize = 0; k < <usize>count; k++) {
    const size = load<f32>(sizes + (k << 2));
    const at = centres + (k << 4);
    v128.store(at, size > 0 ? f32x4.div(v128.load(at), f32x4.splat(size)) : f32x4.splat(Infinity));
  }
}
