/** @file A step of Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015), as in `torch.optim.Adam` and `AdamW`. */
import { sumSlices } from './gradient';
import { Job } from './plan';
import { VECTOR } from './simd';

/**
 * g = Σ dw[s] + weightDecay · w; m = beta1 · m + (1 − beta1) · g; v = beta2 · v + (1 − beta2) · g²;
 * w = keep · w − learningRate · m / (√v / correction + epsilon). All have the shape [bytes / 4]; v follows m in memory. The
 * coefficients are fields of the job.
 */
export function f32_adam(w: usize, dw: usize, m: usize, slices: i32, bytes: usize, job: Job): void {
  const rate = f32x4.splat(job.learningRate);
  const decay = f32x4.splat(job.weightDecay);
  const beta1 = f32x4.splat(job.beta1);
  const rest1 = f32x4.splat(job.rest1);
  const beta2 = f32x4.splat(job.beta2);
  const rest2 = f32x4.splat(job.rest2);
  const correction = f32x4.splat(job.correction);
  const epsilon = f32x4.splat(job.epsilon);
  const keep = f32x4.splat(job.keep);
  const v = m + bytes;
  for (let at: usize = 0; at < bytes; at += VECTOR) {
    const weight = v128.load(w + at);
    let g = sumSlices(dw + at, slices, bytes);
    g = f32x4.add(g, f32x4.mul(decay, weight));
    const mean = f32x4.add(f32x4.mul(beta1, v128.load(m + at)), f32x4.mul(rest1, g));
    const square = f32x4.add(f32x4.mul(beta2, v128.load(v + at)), f32x4.mul(rest2, f32x4.mul(g, g)));
    const root = f32x4.add(f32x4.div(f32x4.sqrt(square), correction), epsilon);
    v128.store(m + at, mean);
    v128.store(v + at, square);
    v128.store(w + at, f32x4.sub(f32x4.mul(keep, weight), f32x4.mul(rate, f32x4.div(mean, root))));
  }
}
