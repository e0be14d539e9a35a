/**
 * @file The random walker's solver (shared/input/garment/random-walker.ts): successive over-relaxation in row order, four rows at
 * a time.
 *
 * A sweep visits the pixels in row order and uses the new values of the pixels to the left and above. Four rows can be computed
 * together when each row lags one pixel behind the row above it (a wavefront). Planes are therefore stored in skewed order:
 * - Band g of four rows consists of the vectors t = 0..stride − 1.
 * - Vector t holds the pixels (4g, t), (4g + 1, t − 1), (4g + 2, t − 2), (4g + 3, t − 3), given as (row, column).
 * - The neighbours to the left and right of a vector are the previous and the next vector.
 * - The neighbours above are the lanes of the previous vector, shifted by one, and one lane of the band above. Below is symmetric.
 *
 * Rows need at least three pixels of padding with zero affinities, so that lanes outside the picture have no effect. The solver
 * also reads one band before and one band after the planes. Both must be finite, and the affinities in the band before must be
 * zero.
 */
import { storeTransposed } from './lanes';

/** y = x [paddedHeight, stride] in skewed order. `paddedHeight` is a multiple of 4. */
export function f32_skew(y: usize, x: usize, paddedHeight: i32, stride: i32): void {
  const step = ((<usize>stride) << 2) - 4;
  for (let i = 0; i < paddedHeight; i += 4) {
    let from = x + ((<usize>(i * stride)) << 2);
    for (let t = 0; t < stride; t += 4) {
      const third = from + 2 * step;
      storeTransposed(y, 16, v128.load(from), v128.load(from + step), v128.load(third), v128.load(third + step));
      from += 16;
      y += 64;
    }
  }
}

/** y [paddedHeight, stride] = x, which is in skewed order. */
export function f32_unskew(y: usize, x: usize, paddedHeight: i32, stride: i32): void {
  const step = ((<usize>stride) << 2) - 4;
  for (let i = 0; i < paddedHeight; i += 4) {
    let to = y + ((<usize>(i * stride)) << 2);
    for (let t = 0; t < stride; t += 4) {
      storeTransposed(to, step, v128.load(x), v128.load(x, 16), v128.load(x, 32), v128.load(x, 48));
      to += 16;
      x += 64;
    }
  }
}

/**
 * Returns the neighbours above a vector, from the previous vector and the vector of the band above that holds the first lane's.
 */
@inline
function fromAbove(previous: v128, bandAbove: v128): v128 {
  return v128.shuffle<f32>(bandAbove, previous, 3, 4, 5, 6);
}

/** Returns the neighbours below a vector, from the next vector and the vector of the band below that holds the last lane's. */
@inline
function fromBelow(next: v128, bandBelow: v128): v128 {
  return v128.shuffle<f32>(next, bandBelow, 1, 2, 3, 4);
}

/**
 * weights [5, paddedHeight · stride] = factors of a relaxation step: of a pixel's evidence and of its neighbours to the left,
 * right, above and below. Each is an affinity (`evidence` for the first) over the sum of all five, times `relaxation`. All in
 * skewed order.
 * @param right affinity of each pixel to the next in its row
 * @param below affinity of each pixel to the next in its column
 */
export function f32_relax_weights(
  weights: usize,
  right: usize,
  below: usize,
  evidence: f32,
  relaxation: f32,
  paddedHeight: i32,
  stride: i32,
  planeStride: usize,
): void {
  const band = (<usize>(stride - 3)) << 4;
  const end = right + ((<usize>(paddedHeight * stride)) << 2);
  while (right < end) {
    const toLeft = v128.load(right - 16);
    const toRight = v128.load(right);
    const toAbove = fromAbove(v128.load(below - 16), v128.load(below - band));
    const toBelow = v128.load(below);
    const vertical = f32x4.add(toAbove, toBelow);
    const sum = f32x4.add(f32x4.add(f32x4.splat(evidence), f32x4.add(toLeft, toRight)), vertical);
    const share = f32x4.div(f32x4.splat(relaxation), sum);
    v128.store(weights, f32x4.mul(share, f32x4.splat(evidence)));
    v128.store(weights + planeStride, f32x4.mul(share, toLeft));
    v128.store(weights + 2 * planeStride, f32x4.mul(share, toRight));
    v128.store(weights + 3 * planeStride, f32x4.mul(share, toAbove));
    v128.store(weights + 4 * planeStride, f32x4.mul(share, toBelow));
    weights += 16;
    right += 16;
    below += 16;
  }
}

/**
 * Relaxes the probabilities p towards the balance of evidence and affinities, in place: `sweeps` times forwards and backwards.
 * All planes are in skewed order. Results are clamped to 0..1, since over-relaxation can overshoot.
 * @param weights of `f32_relax_weights` for the same `relaxation`
 */
export function f32_relax(
  p: usize,
  evidence: usize,
  weights: usize,
  relaxation: f32,
  sweeps: i32,
  paddedHeight: i32,
  stride: i32,
  planeStride: usize,
): void {
  const size = (<usize>(paddedHeight * stride)) << 2;
  const band = (<usize>(stride - 3)) << 4;
  const rest = f32x4.splat(1 - relaxation);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    // Forwards. The old values to the right and below are known before the new value to the left.
    let previous = v128.load(p - 16);
    let here = v128.load(p);
    for (let at: usize = 0; at < size; at += 16) {
      const weight = weights + at;
      const next = v128.load(p + at, 16);
      let known = f32x4.mul(rest, here);
      known = f32x4.add(known, f32x4.mul(v128.load(weight), v128.load(evidence + at)));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 2 * planeStride), next));
      const below = fromBelow(next, v128.load(p + at + band));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 4 * planeStride), below));
      const above = f32x4.mul(v128.load(weight + 3 * planeStride), fromAbove(previous, v128.load(p + at - band)));
      previous = f32x4.add(known, f32x4.add(f32x4.mul(v128.load(weight + planeStride), previous), above));
      v128.store(p + at, previous);
      here = next;
    }
    // Backwards. The roles of left and right, above and below are swapped.
    let next = v128.load(p + size);
    here = v128.load(p + size - 16);
    for (let at = size - 16; <isize>at >= 0; at -= 16) {
      const weight = weights + at;
      const previous = v128.load(p + at - 16);
      let known = f32x4.mul(rest, here);
      known = f32x4.add(known, f32x4.mul(v128.load(weight), v128.load(evidence + at)));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + planeStride), previous));
      const above = fromAbove(previous, v128.load(p + at - band));
      known = f32x4.add(known, f32x4.mul(v128.load(weight + 3 * planeStride), above));
      const below = f32x4.mul(v128.load(weight + 4 * planeStride), fromBelow(next, v128.load(p + at + band)));
      next = f32x4.add(known, f32x4.add(f32x4.mul(v128.load(weight + 2 * planeStride), next), below));
      v128.store(p + at, next);
      here = previous;
    }
  }
  for (let at: usize = 0; at < size; at += 16) {
    const clamped = f32x4.pmin(f32x4.pmax(v128.load(p + at), f32x4.splat(0)), f32x4.splat(1));
    v128.store(p + at, clamped);
  }
}
