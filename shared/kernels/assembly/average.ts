/** @file The average of the weights over the steps of a training. */
import { VECTOR } from './simd';

/** average = averaging · average + (1 − averaging) · w. Both have the shape [bytes / 4]. */
export function f32_average(average: usize, w: usize, bytes: usize, averaging: f32): void {
  const keep = f32x4.splat(averaging);
  const rest = f32x4.splat(1 - averaging);
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    const kept = f32x4.mul(keep, v128.load(average + at));
    v128.store(average + at, f32x4.add(kept, f32x4.mul(rest, v128.load(w + at))));
  }
}
