/**
 * @file How far scores can be believed, and the temperature that makes them so.
 *
 * Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017: scores are softmax(logits / T), and the one T
 * minimises their cross-entropy on images that the network was not trained on (section 4.2). It changes no prediction.
 */
import { ExplainedError } from '#shared/errors.ts';
import { softmax } from '#shared/predictions.ts';

/** Logits [count, classes] of images, and their labels [count]. */
export interface Judged {
  logits: Float32Array;
  labels: Uint8Array;
}

/** Images whose largest score lies within one of the bins of equal width that 0..1 is cut into. */
export interface Bin {
  images: number;
  /** Share of right ones; 0 without images, as is the confidence. */
  accuracy: number;
  /** Mean of their largest scores. */
  confidence: number;
}

/** As many as in the paper. */
export const BINS = 15;

/** Halvings of a range of 2^80: more than a double tells apart. */
const HALVINGS = 64;
const RANGE = 2 ** 40;

/**
 * The temperature that minimises the cross-entropy of softmax(logits / temperature), by bisection in double precision.
 *
 * With β = 1 / temperature and d the logits less that of the label, an image's cross-entropy is log Σ exp(β d). It is convex in β, and
 * its slope the mean of d under softmax(β d): the slope's sign changes at the minimum, and nowhere else.
 * @returns 1 where there is no minimum: every image right, labels no likelier than chance, no image at all, logits all the same or not finite
 */
export function fitTemperature(judged: Judged): number {
  const differences = differencesOf(judged);
  // In their own unit, so that logits k times as large have a temperature k times as large.
  const unit = differences.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (!(unit > 0 && Number.isFinite(unit))) return 1;
  const slope = (beta: number) => meanSlope(differences, judged.labels.length, beta);
  let [low, high] = [1 / RANGE / unit, RANGE / unit];
  if (!(slope(low) < 0 && slope(high) > 0)) return 1;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = Math.sqrt(low) * Math.sqrt(high);
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return 1 / high;
}

/** Logits less that of their image's label, [count, classes]. */
function differencesOf({ logits, labels }: Judged): Float64Array {
  const classes = logits.length / labels.length;
  return Float64Array.from(logits, (logit, i) => {
    const image = Math.floor(i / classes);
    return logit - logits[image * classes + labels[image]];
  });
}

/** Mean over the images of the mean of d under softmax(beta d). */
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

/**
 * The bins of a reliability diagram; the upper border of a bin belongs to it.
 * @throws ExplainedError of kind `model` when a logit is not finite
 */
export function reliability({ logits, labels }: Judged, temperature: number): Bin[] {
  const classes = logits.length / labels.length;
  const sums = Array.from({ length: BINS }, () => ({ images: 0, right: 0, confidence: 0 }));
  for (const [n, label] of labels.entries()) {
    const own = logits.subarray(n * classes, (n + 1) * classes);
    if (!own.every(Number.isFinite)) throw notFinite(n, own);
    const confidence = Math.max(...softmax(own, temperature));
    const bin = sums[Math.ceil(confidence * BINS) - 1];
    bin.images += 1;
    bin.confidence += confidence;
    if (own.indexOf(Math.max(...own)) === label) bin.right += 1;
  }
  return sums.map(({ images, right, confidence }) => ({
    images,
    accuracy: images && right / images,
    confidence: images && confidence / images,
  }));
}

/** The expected calibration error, 0..1: |accuracy − confidence| of the bins, averaged over the images (section 2, equation 3). */
export function expectedCalibrationError(bins: readonly Bin[]): number {
  const images = bins.reduce((sum, bin) => sum + bin.images, 0);
  return bins.reduce((sum, bin) => sum + (bin.images / images) * Math.abs(bin.accuracy - bin.confidence), 0);
}

const notFinite = (image: number, logits: Float32Array): ExplainedError =>
  new ExplainedError({
    kind: 'model',
    what: `the scores of image ${image} cannot be calibrated`,
    expected: 'finite logits',
    got: logits.join(', '),
    next: 'Train with a smaller learning rate.',
  });
