/** @file Kernels of k-means clustering for points of four features each. */
import { storeTransposed } from './lanes';

/** points [height · width, 4] = the planes x [4, height, width], interleaved. Writes up to three points past the end. */
export function f32x4_interleave(
  points: usize,
  x: usize,
  width: i32,
  height: i32,
  stride: i32,
  planeStride: usize,
): void {
  for (let i = 0; i < height; i++) {
    let from = x + ((<usize>(i * stride)) << 2);
    // Points past the end of a row are overwritten by the next row.
    for (let j = 0; j < width; j += 4) {
      const second = from + planeStride;
      const third = second + planeStride;
      const to = points + ((<usize>(i * width + j)) << 4);
      storeTransposed(to, 16, v128.load(from), v128.load(second), v128.load(third), v128.load(third + planeStride));
      from += 16;
    }
  }
}

/**
 * statistics [2, 4] = means of the points [from..to, 4] along each axis, then their scatters (sums of squared deviations from the
 * mean). All are zero for an empty range.
 */
export function f64_means_scatters(statistics: usize, points: usize, from: i32, to: i32): void {
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
  v128.store(statistics, meanLow);
  v128.store(statistics, meanHigh, 16);
  v128.store(statistics, f64x2.sub(squareLow, f64x2.mul(sumLow, meanLow)), 32);
  v128.store(statistics, f64x2.sub(squareHigh, f64x2.mul(sumHigh, meanHigh)), 48);
}

/**
 * Partitions the points [from..to, 4] in place: those greater than `bound` along `axis` move behind the others.
 * Returns the index of the first of them.
 */
export function f32x4_partition(points: usize, from: i32, to: i32, axis: i32, bound: f32): i32 {
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

/** y [size] = index of the centre, of centres [count, 4], that is nearest to each pixel of the planes x [4, size]. */
export function u8_nearest_centres(
  y: usize,
  x: usize,
  centres: usize,
  count: i32,
  size: i32,
  planeStride: usize,
): void {
  for (let i = 0; i < size; i += 4) {
    const a = v128.load(x);
    const b = v128.load(x + planeStride);
    const c = v128.load(x + 2 * planeStride);
    const d = v128.load(x + 3 * planeStride);
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
 * centres [count, 4] = means of the pixels of the planes x [4, height, width] in each cluster. The centre of an empty cluster is
 * infinite, so that no pixel is nearest to it.
 * @param sizes scratch for [count]
 * @param clusters [height, width] bytes: the cluster of each pixel; its stride is the same, in pixels
 */
export function f32_cluster_means(
  centres: usize,
  sizes: usize,
  clusters: usize,
  x: usize,
  count: i32,
  width: i32,
  height: i32,
  stride: i32,
  planeStride: usize,
): void {
  memory.fill(centres, 0, (<usize>count) << 4);
  memory.fill(sizes, 0, (<usize>count) << 2);
  for (let i = 0; i < height; i++) {
    for (let j = <usize>(i * stride); j < <usize>(i * stride + width); j++) {
      const k = <usize>load<u8>(clusters + j);
      const from = x + (j << 2);
      const point = f32x4(
        load<f32>(from),
        load<f32>(from + planeStride),
        load<f32>(from + 2 * planeStride),
        load<f32>(from + 3 * planeStride),
      );
      const sum = centres + (k << 4);
      v128.store(sum, f32x4.add(v128.load(sum), point));
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
