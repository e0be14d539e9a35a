/**
 * @file Random walker on a grid (shared/input/garment/walk.ts), in the order that it is defined in, four rows at a time.
 *
 * A sweep goes along the rows and uses what it has just computed to the left and above. Four rows can go along together when each is
 * one pixel behind the one above: `skewed` order has vectors of pixels (4g, t), (4g + 1, t − 1), (4g + 2, t − 2), (4g + 3, t − 3), for
 * bands g of four rows, t = 0..row − 1. Left and right of a vector are the ones before and behind it; above are its predecessor's
 * lanes moved by one and a lane of the band above. Rows end in at least three pixels without ties, so that what a vector holds beyond
 * the picture counts nothing. One band around the bands is read and must be finite; ties are zero in the one before.
 */
import { lanesBefore, storeTurned } from './lanes';
import { exp } from './math';

/**
 * right, below [height, width] = the squared distance of x [planes, height, width] to the next pixel in its row and its column; zero
 * where there is none. Returns their sum.
 */
export function f32_distances(
  right: usize,
  below: usize,
  x: usize,
  planes: i32,
  width: i32,
  height: i32,
  row: i32,
  plane: usize,
): f64 {
  const step = (<usize>row) << 2;
  let all: f64 = 0;
  for (let i = 0; i < height; i++) {
    let sum = f32x4.splat(0);
    for (let j = 0; j < row; j += 4) {
      let toRight = f32x4.splat(0);
      let toBelow = toRight;
      let from = x;
      for (let k = 0; k < planes; k++) {
        const here = v128.load(from);
        const across = f32x4.sub(v128.load(from, 4), here);
        const down = f32x4.sub(v128.load(from + step), here);
        toRight = f32x4.add(toRight, f32x4.mul(across, across));
        toBelow = f32x4.add(toBelow, f32x4.mul(down, down));
        from += plane;
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

/** y [rows, row] = exp(scale · x [height, width]) + least; zero beyond the picture. */
export function f32_ties(
  y: usize,
  x: usize,
  scale: f32,
  least: f32,
  width: i32,
  height: i32,
  row: i32,
  rows: i32,
): void {
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < row; j += 4) {
      const tie = f32x4.add(exp(f32x4.mul(v128.load(x), f32x4.splat(scale))), f32x4.splat(least));
      v128.store(y, v128.and(tie, lanesBefore(width, j)));
      x += 16;
      y += 16;
    }
  }
  memory.fill(y, 0, (<usize>((rows - height) * row)) << 2);
}

/** y = x [rows, row] skewed; `rows` is a multiple of 4. */
export function f32_skew(y: usize, x: usize, rows: i32, row: i32): void {
  const step = ((<usize>row) << 2) - 4;
  for (let i = 0; i < rows; i += 4) {
    let from = x + ((<usize>(i * row)) << 2);
    for (let t = 0; t < row; t += 4) {
      const third = from + 2 * step;
      storeTurned(y, 16, v128.load(from), v128.load(from + step), v128.load(third), v128.load(third + step));
      from += 16;
      y += 64;
    }
  }
}

/** y [rows, row] = x, which is skewed. */
export function f32_unskew(y: usize, x: usize, rows: i32, row: i32): void {
  const step = ((<usize>row) << 2) - 4;
  for (let i = 0; i < rows; i += 4) {
    let to = y + ((<usize>(i * row)) << 2);
    for (let t = 0; t < row; t += 4) {
      storeTurned(to, step, v128.load(x), v128.load(x, 16), v128.load(x, 32), v128.load(x, 48));
      to += 16;
      x += 64;
    }
  }
}

/** Of each pixel, the lane above its vector: the predecessor's lanes and the last lane of the band above. */
@inline
function fromAbove(before: v128, above: v128): v128 {
  return v128.shuffle<f32>(above, before, 3, 4, 5, 6);
}

@inline
function fromBelow(behind: v128, below: v128): v128 {
  return v128.shuffle<f32>(behind, below, 1, 2, 3, 4);
}

/**
 * What a sweep multiplies by: weights [5 planes, rows · row] = of the evidence, left, right, above, below, all skewed: a tie, or
 * `evidence` for the first, over the sum of all five, times the over-relaxation.
 * @param right ties of each pixel to the next in its row, skewed; `below` to the next in its column
 */
export function f32_walk_weights(
  weights: usize,
  right: usize,
  below: usize,
  evidence: f32,
  relaxation: f32,
  rows: i32,
  row: i32,
  plane: usize,
): void {
  const band = (<usize>(row - 3)) << 4;
  const end = right + ((<usize>(rows * row)) << 2);
  while (right < end) {
    const left = v128.load(right - 16);
    const next = v128.load(right);
    const above = fromAbove(v128.load(below - 16), v128.load(below - band));
    const under = v128.load(below);
    const vertical = f32x4.add(above, under);
    const sum = f32x4.add(f32x4.add(f32x4.splat(evidence), f32x4.add(left, next)), vertical);
    const share = f32x4.div(f32x4.splat(relaxation), sum);
    v128.store(weights, f32x4.mul(share, f32x4.splat(evidence)));
    v128.store(weights + plane, f32x4.mul(share, left));
    v128.store(weights + 2 * plane, f32x4.mul(share, next));
    v128.store(weights + 3 * plane, f32x4.mul(share, above));
    v128.store(weights + 4 * plane, f32x4.mul(share, under));
    weights += 16;
    right += 16;
    below += 16;
  }
}

/**
 * Moves the probabilities p towards the balance of evidence and ties, in place: `sweeps` times there and back. All skewed.
 * Over-relaxation may go too far on its last sweep: ends within 0..1.
 * @param weights of `f32_walk_weights` for this over-relaxation
 */
export function f32_walk(
  p: usize,
  evidence: usize,
  weights: usize,
  relaxation: f32,
  sweeps: i32,
  rows: i32,
  row: i32,
  plane: usize,
): void {
  const size = (<usize>(rows * row)) << 2;
  const band = (<usize>(row - 3)) << 4;
  const rest = f32x4.splat(1 - relaxation);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let before = v128.load(p - 16);
    let here = v128.load(p);
    for (let at: usize = 0; at < size; at += 16) {
      const weight = weights + at;
      const behind = v128.load(p + at, 16);
      let known = f32x4.mul(rest, here);
      known = f32x4.add(known, f32x4.mul(v128.load(weight), v128.load(evidence + at)));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 2 * plane), behind));
      const under = fromBelow(behind, v128.load(p + at + band));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 4 * plane), under));
      const above = f32x4.mul(v128.load(weight + 3 * plane), fromAbove(before, v128.load(p + at - band)));
      before = f32x4.add(known, f32x4.add(f32x4.mul(v128.load(weight + plane), before), above));
      v128.store(p + at, before);
      here = behind;
    }
    let behind = v128.load(p + size);
    here = v128.load(p + size - 16);
    for (let at = size - 16; <isize>at >= 0; at -= 16) {
      const weight = weights + at;
      const before = v128.load(p + at - 16);
      let known = f32x4.mul(rest, here);
      known = f32x4.add(known, f32x4.mul(v128.load(weight), v128.load(evidence + at)));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + plane), before));
      const above = fromAbove(before, v128.load(p + at - band));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 3 * plane), above));
      const under = f32x4.mul(v128.load(weight + 4 * plane), fromBelow(behind, v128.load(p + at + band)));
      behind = f32x4.add(known, f32x4.add(f32x4.mul(v128.load(weight + 2 * plane), behind), under));
      v128.store(p + at, behind);
      here = before;
    }
  }
  for (let at: usize = 0; at < size; at += 16) {
    const within = f32x4.pmin(f32x4.pmax(v128.load(p + at), f32x4.splat(0)), f32x4.splat(1));
    v128.store(p + at, within);
  }
}
