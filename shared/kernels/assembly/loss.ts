/** @file Softmax and cross-entropy loss of one image. */

/**
 * dy [classes] = (softmax(y) − target) · scale. The target of a class is (1 − smoothing) · t + smoothing / classes.
 * @returns −Σ target · log softmax(y)
 */
export function f32_cross_entropy(dy: usize, y: usize, t: usize, classes: i32, scale: f32, smoothing: f32): f64 {
  let maximum = load<f32>(y);
  for (let k = 1; k < classes; k++) maximum = max(maximum, load<f32>(y + ((<usize>k) << 2)));
  let sum: f64 = 0;
  // Σ t · y
  let expected: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const at = (<usize>k) << 2;
    sum += Math.exp(<f64>load<f32>(y + at) - <f64>maximum);
    expected += <f64>load<f32>(t + at) * <f64>load<f32>(y + at);
  }
  const even = <f64>smoothing / <f64>classes;
  const share = 1 - <f64>smoothing;
  let loss = <f64>maximum + Math.log(sum) - share * expected;
  for (let k = 0; k < classes; k++) {
    const at = (<usize>k) << 2;
    const probability = Math.exp(<f64>load<f32>(y + at) - <f64>maximum) / sum;
    store<f32>(dy + at, <f32>((probability - even - share * <f64>load<f32>(t + at)) * <f64>scale));
    if (smoothing > 0) loss -= even * <f64>load<f32>(y + at);
  }
  return loss;
}
