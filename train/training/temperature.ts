/**
 * @file Temperature scaling: Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.
 *
 * Scores become softmax(logits / T). The one temperature T minimizes the cross-entropy on images that the network was not trained on.
 * It changes no prediction.
 */
import type { LabelledLogits } from './evaluate.ts';

/** Steps of the bisection. They halve a range of 2^80 beyond a double's precision. */
const HALVINGS = 64;
const RANGE = 2 ** 40;

/**
 * Returns the temperature that minimizes the cross-entropy of softmax(logits / temperature), by bisection in double precision.
 *
 * Let β = 1 / temperature, and d the logits minus the label's logit. An image's cross-entropy is log Σ exp(β d). It is convex in β, and
 * its slope is the mean of d under softmax(β d). The slope therefore changes its sign at the minimum and nowhere else.
 * @returns 1 where there is no minimum: every image is right, labels are no likelier than chance, there is no image, or the logits are all
 *   equal or not finite
 */
export function fitTemperature(examples: LabelledLogits): number {
  const differences = subtractLabelLogits(examples);
  // The search range scales with the logits: logits k times as large get a temperature k times as large.
  const unit = differences.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (!(unit > 0 && Number.isFinite(unit))) return 1;
  const slope = (beta: number) => meanSlope(differences, examples.labels.length, beta);
  let [low, high] = [1 / RANGE / unit, RANGE / unit];
  if (!(slope(low) < 0 && slope(high) > 0)) return 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / high;
}

/** Returns each logit minus the logit of its image's label, [count, classes]. */
function subtractLabelLogits({ logits, labels }: LabelledLogits): Float64Array {
  const classes = logits.length / labels.length;
  return Float64Array.from(logits, (logit, i) => {
    const image = Math.floor(i / classes);
    return logit - logits[image * classes + labels[image]];
  });
}

/** Returns the mean over the images of the mean of d under softmax(beta d). */
function meanSlope(differences: Float64Array, count: number, beta: number): number {
  const classes = differences.length / count;
  let slope = 0;
  for (let n = 0; n < count; n++) {
    const own = differences.subarray(n * classes, (n + 1) * classes);
    const maximum = own.reduce((a, b) => Math.max(a, b));
    let [powers, moment] = [0, 0];
    for (const difference of own) {
      const power = Math.exp(beta * (difference - maximum));
      powers += power;
      moment += power * difference;
    }
    slope += moment / powers / count;
  }
  return slope;
}
