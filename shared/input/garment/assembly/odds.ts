/** @file Probabilities and the logarithms of their odds. */
import { exp, log } from './math';

/** y [count] = log(x / (1 − x)); 0 and 1 are as good as certain. */
export function f32_log_odds(y: usize, x: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const p = v128.load(x);
    v128.store(y, f32x4.sub(log(p), log(f32x4.sub(f32x4.splat(1), p))));
    x += 16;
    y += 16;
  }
}

/**
 * odds [count] = of each class, the logarithm of how much oftener it is in than out, from the probabilities p [height, width]
 * of each pixel to be in. Each class is seen once in and once out (Laplace): none is impossible.
 * @param classes [height, width] bytes; strides are the same
 * @param inside room for [count], outside for [count]; `count` is a multiple of 4
 */
export function f32_class_odds(
  odds: usize,
  inside: usize,
  outside: usize,
  classes: usize,
  p: usize,
  count: i32,
  width: i32,
  height: i32,
  row: i32,
): void {
  for (let k: usize = 0; k < (<usize>count) << 2; k += 4) {
    store<f32>(inside + k, 1);
    store<f32>(outside + k, 1);
  }
  let all: f32 = 0;
  for (let i = 0; i < height; i++) {
    const start = <usize>(i * row);
    for (let j = start; j < start + width; j++) {
      const value = load<f32>(p + (j << 2));
      const k = (<usize>load<u8>(classes + j)) << 2;
      store<f32>(inside + k, load<f32>(inside + k) + value);
      store<f32>(outside + k, load<f32>(outside + k) + (1 - value));
      all += value;
    }
  }
  const insides = f32x4.splat(<f32>count + all);
  const outsides = f32x4.splat(<f32>count + (<f32>(width * height) - all));
  for (let k: usize = 0; k < (<usize>count) << 2; k += 16) {
    const often = f32x4.div(v128.load(inside + k), insides);
    v128.store(odds + k, log(f32x4.div(often, f32x4.div(v128.load(outside + k), outsides))));
  }
}

/** y [size] = the probability by Bayes' rule: from a · the log odds x and b · the odds of each pixel's class. */
export function f32_bayes(y: usize, x: usize, a: f32, classes: usize, odds: usize, b: f32, size: i32): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < size; i += 4) {
    const ofClass = f32x4(
      load<f32>(odds + ((<usize>load<u8>(classes)) << 2)),
      load<f32>(odds + ((<usize>load<u8>(classes, 1)) << 2)),
      load<f32>(odds + ((<usize>load<u8>(classes, 2)) << 2)),
      load<f32>(odds + ((<usize>load<u8>(classes, 3)) << 2)),
    );
    const sum = f32x4.add(f32x4.mul(v128.load(x), f32x4.splat(a)), f32x4.mul(ofClass, f32x4.splat(b)));
    v128.store(y, f32x4.div(one, f32x4.add(one, exp(f32x4.neg(sum)))));
    x += 16;
    y += 16;
    classes += 4;
  }
}
