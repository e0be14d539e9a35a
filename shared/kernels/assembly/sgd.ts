/** @file A step of stochastic gradient descent with momentum and weight decay, as in `torch.optim.SGD`. */
import { sumSlices } from './gradient';
import { VECTOR } from './simd';

/**
 * g = Σ dw[s] + weightDecay · w; v = momentum · v + g; w −= learningRate · v. All have the shape [bytes / 4].
 * @param v 0 without momentum: then w −= learningRate · g
 */
export function f32_sgd(
  w: usize,
  dw: usize,
  v: usize,
  slices: i32,
  bytes: usize,
  learningRate: f32,
  momentum: f32,
  weightDecay: f32,
): void {
  const rate = f32x4.splat(learningRate);
  const keep = f32x4.splat(momentum);
  const decay = f32x4.splat(weightDecay);
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    const weight = v128.load(w + at);
    let g = sumSlices(dw + at, slices, bytes);
    if (weightDecay != 0) g = f32x4.add(g, f32x4.mul(decay, weight));
    if (v) {
      g = f32x4.add(f32x4.mul(keep, v128.load(v + at)), g);
      v128.store(v + at, g);
    }
    v128.store(w + at, f32x4.sub(weight, f32x4.mul(rate, g)));
  }
}
