/** @file The step of stochastic gradient descent. */
import { VECTOR } from './simd';

/** w [bytes/4] −= learningRate · Σ dw[s] over `slices` slices, always in the same order. */
export function f32_sgd(w: usize, dw: usize, slices: i32, bytes: usize, learningRate: f32): void {
  const rate = f32x4.splat(learningRate);
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    let sum = v128.load(dw + at);
    for (let s = 1; s < slices; s++) sum = f32x4.add(sum, v128.load(dw + <usize>s * bytes + at));
    v128.store(w + at, f32x4.sub(v128.load(w + at), f32x4.mul(rate, sum)));
  }
}
