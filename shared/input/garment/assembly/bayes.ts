/** @file Bayes' rule in log odds: prior, likelihood ratios of the colour clusters, posterior. */
import { exp, log } from './math';

/** y [count] = log(x / (1 − x)) of probabilities x. It is finite for 0 and 1, too. */
export function f32_log_odds(y: usize, x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const p = v128.load(x);
    v128.store(y, f32x4.sub(log(p), log(f32x4.sub(f32x4.splat(1), p))));
    x += 16;
    y += 16;
  }
}

/**
 * ratios [count] = log likelihood ratio of each cluster, log(P(cluster | inside) / P(cluster | outside)), estimated from the
 * probability p [height, width] of each pixel to be inside. Laplace smoothing: each cluster is counted once more on either side.
 * @param inside scratch for [count], as is `outside`; `count` is a multiple of 4
 * @param clusters [height, width] bytes: the cluster of each pixel; its stride is the same, in pixels
 */
export function f32_log_likelihood_ratios(
  ratios: usize,
  inside: usize,
  outside: usize,
  clusters: usize,
  p: usize,
  count: i32,
  width: i32,
  height: i32,
  stride: i32,
): void {
  for (let k: usize = 0; k < (<usize>count) << 2; k += 4) {
    store<f32>(inside + k, 1);
    store<f32>(outside + k, 1);
  }
  let all: f32 = 0;
  for (let i = 0; i < height; i++) {
    const start = <usize>(i * stride);
    for (let j = start; j < start + width; j++) {
      const value = load<f32>(p + (j << 2));
      const k = (<usize>load<u8>(clusters + j)) << 2;
      store<f32>(inside + k, load<f32>(inside + k) + value);
      store<f32>(outside + k, load<f32>(outside + k) + (1 - value));
      all += value;
    }
  }
  const insides = f32x4.splat(<f32>count + all);
  const outsides = f32x4.splat(<f32>count + (<f32>(width * height) - all));
  for (let k: usize = 0; k < (<usize>count) << 2; k += 16) {
    const likelihood = f32x4.div(v128.load(inside + k), insides);
    v128.store(ratios + k, log(f32x4.div(likelihood, f32x4.div(v128.load(outside + k), outsides))));
  }
}

/**
 * y [size] = posterior probability with the log odds priorWeight · prior + ratioWeight · ratios[clusters].
 * @param clusters [size] bytes: the cluster of each pixel
 * @param ratios of `f32_log_likelihood_ratios`
 */
export function f32_posterior(
  y: usize,
  prior: usize,
  priorWeight: f32,
  clusters: usize,
  ratios: usize,
  ratioWeight: f32,
  size: i32,
): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < size; i += 4) {
    const ofClusters = f32x4(
      load<f32>(ratios + ((<usize>load<u8>(clusters)) << 2)),
      load<f32>(ratios + ((<usize>load<u8>(clusters, 1)) << 2)),
      load<f32>(ratios + ((<usize>load<u8>(clusters, 2)) << 2)),
      load<f32>(ratios + ((<usize>load<u8>(clusters, 3)) << 2)),
    );
    const weighted = f32x4.mul(v128.load(prior), f32x4.splat(priorWeight));
    const sum = f32x4.add(weighted, f32x4.mul(ofClusters, f32x4.splat(ratioWeight)));
    v128.store(y, f32x4.div(one, f32x4.add(one, exp(f32x4.neg(sum)))));
    prior += 16;
    y += 16;
    clusters += 4;
  }
}
