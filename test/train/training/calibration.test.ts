/** @file Temperature and calibration error: compared with PyTorch, and their properties for any logits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmax } from '../../../shared/predictions.ts';
import { Generator } from '../../../train/random.ts';
import type { LabelledLogits } from '../../../train/training/evaluate.ts';
import { BINS, expectedCalibrationError, reliability } from '../../../train/training/reliability.ts';
import { fitTemperature } from '../../../train/training/temperature.ts';
import pytorch from '../../fixtures/pytorch-calibration.json' with { type: 'json' };

const CLASSES = 10;

const error = (examples: LabelledLogits, temperature: number) =>
  expectedCalibrationError(reliability(examples, temperature));

/** Computes the mean cross-entropy of softmax(logits / temperature) by its definition. */
const crossEntropy = ({ logits, labels }: LabelledLogits, temperature: number): number =>
  labels.reduce((sum, label, n) => {
    const scores = softmax(logits.subarray(n * CLASSES, (n + 1) * CLASSES), temperature);
    return sum - Math.log(scores[label]) / labels.length;
  }, 0);

const times = ({ logits, labels }: LabelledLogits, factor: number): LabelledLogits => ({
  logits: logits.map((logit) => factor * logit),
  labels,
});

/** Draws labels with the probabilities softmax(logits), so that the scores are calibrated. */
function calibratedExamples(images: number, seed: number, spread = 6): LabelledLogits {
  const chance = Generator.seeded(seed);
  const logits = chance.uniform(images * CLASSES, 0, spread);
  const draws = chance.uniform(images, 0, 1);
  const labels = Uint16Array.from(draws, (draw, n) => {
    const scores = softmax(logits.subarray(n * CLASSES, (n + 1) * CLASSES), 1);
    let sum = 0;
    const label = scores.findIndex((score) => {
      sum += score;
      return draw < sum;
    });
    return label < 0 ? CLASSES - 1 : label;
  });
  return { logits, labels };
}

describe('fitTemperature and expectedCalibrationError', () => {
  it.each(pytorch.cases)(
    'equal PyTorch’s for logits divided by $scale',
    ({ scale, temperature, eceBefore, eceAfter }) => {
      const logits = Float32Array.from(pytorch.logits, (logit) => logit / scale);
      const examples = { logits, labels: Uint16Array.from(pytorch.labels) };
      expect(pytorch.bins).toBe(BINS);
      // PyTorch's LBFGS stops when its float64 losses no longer differ. The temperature then has half of their digits.
      expect(fitTemperature(examples) / temperature).toBeCloseTo(1, 6);
      expect(error(examples, 1)).toBeCloseTo(eceBefore, 6);
      expect(error(examples, temperature)).toBeCloseTo(eceAfter, 6);
    },
  );
});

describe('fitTemperature', () => {
  it('returns 1 for calibrated scores, and corrects overconfident ones', () => {
    const examples = calibratedExamples(20_000, 5);
    expect(Math.abs(fitTemperature(examples) - 1)).toBeLessThan(0.03);
    expect(error(examples, 1)).toBeLessThan(0.02);
    // Logits four times as large are overconfident.
    const overconfident = times(examples, 4);
    expect(error(overconfident, 1)).toBeGreaterThan(0.1);
    expect(error(overconfident, fitTemperature(overconfident))).toBeLessThan(0.02);
  });

  it('scales with the logits', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: -60, max: 60, noNaN: true }), (seed, exponent) => {
        const examples = calibratedExamples(200, seed);
        // float32 multiplies by powers of two without rounding.
        const factor = 2 ** Math.round(exponent);
        expect(fitTemperature(times(examples, factor)) / factor / fitTemperature(examples)).toBeCloseTo(1, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('returns a temperature with less cross-entropy than any other', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0.2, max: 5, noNaN: true }), (seed, ratio) => {
        const examples = times(calibratedExamples(100, seed), 1 + (seed % 7));
        const temperature = fitTemperature(examples);
        expect(crossEntropy(examples, temperature)).toBeLessThanOrEqual(
          crossEntropy(examples, ratio * temperature) + 1e-12,
        );
      }),
    );
  });

  it('returns a positive finite number for any logits, and changes no prediction', () => {
    const logit = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ min: -8, max: 8, noNaN: true }),
    );
    const image = fc.tuple(fc.array(logit, { minLength: CLASSES, maxLength: CLASSES }), fc.nat(CLASSES - 1));
    fc.assert(
      fc.property(fc.array(image, { maxLength: 8 }), (images) => {
        const examples = {
          logits: Float32Array.from(images.flatMap(([logits]) => logits)),
          labels: Uint16Array.from(images, ([, label]) => label),
        };
        const temperature = fitTemperature(examples);
        expect(temperature).toBeGreaterThan(0);
        expect(temperature).toBeLessThan(Infinity);
        const right = [1, temperature].map((by) =>
          reliability(examples, by).reduce((sum, bin) => sum + bin.images * bin.accuracy, 0),
        );
        expect(right[1]).toBeCloseTo(right[0], 9);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, number[], number[]]>([
    ['every image right', [3, 1, 0, 2], [0, 1]],
    ['labels no likelier than chance', [0, 1, 0, 1], [0, 0]],
    ['logits all the same', [2, 2, 2, 2], [0, 1]],
    ['no image', [], []],
    ['a logit that is not finite', [Number.NaN, 1, 0, 2], [1, 0]],
    ['an infinite logit', [Infinity, 1, 0, 2], [1, 0]],
  ])('returns 1 with %s', (_, logits, labels) => {
    expect(fitTemperature({ logits: Float32Array.from(logits), labels: Uint16Array.from(labels) })).toBe(1);
  });
});

describe('reliability', () => {
  it('puts every image into one bin, a score on a border into the lower bin', () => {
    // With five classes, equal logits have a score of 3/15: a border.
    const logits = Float32Array.from([0, 0, 0, 0, 0, 1e-3, 0, 0, 0, 0, 0, 0, 40, 0, 0]);
    const bins = reliability({ logits, labels: Uint16Array.from([1, 0, 2]) }, 1);
    expect(bins.map(({ images }) => images)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(bins[2]).toEqual({ images: 1, accuracy: 0, confidence: 0.2 });
    expect([bins[3].accuracy, bins[14].accuracy]).toEqual([1, 1]);
    expect(expectedCalibrationError(bins)).toBeCloseTo((0.2 + 0.8 + 0) / 3, 3);
  });

  it('rejects logits that are not finite', () => {
    const examples = { logits: Float32Array.from([Number.NaN, 1]), labels: Uint16Array.from([1]) };
    expect(() => reliability(examples, 1)).toThrow(/image 0 .*expected finite logits, got NaN, 1/);
  });
});
