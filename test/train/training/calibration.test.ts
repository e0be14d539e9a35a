/** @file Temperature and calibration error against PyTorch's, and what must hold of them for any logits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmax } from '../../../shared/predictions.ts';
import { Generator } from '../../../train/random.ts';
import type { LabelledLogits } from '../../../train/training/evaluate.ts';
import { BINS, expectedCalibrationError, reliability } from '../../../train/training/reliability.ts';
import { fitTemperature } from '../../../train/training/temperature.ts';
import pytorch from '../../fixtures/pytorch-calibration.json' with { type: 'json' };

const CLASSES = 10;

const error = (judged: LabelledLogits, temperature: number) =>
  expectedCalibrationError(reliability(judged, temperature));

/** Mean cross-entropy of softmax(logits / temperature), by its definition. */
const crossEntropy = ({ logits, labels }: LabelledLogits, temperature: number): number =>
  labels.reduce((sum, label, n) => {
    const scores = softmax(logits.subarray(n * CLASSES, (n + 1) * CLASSES), temperature);
    return sum - Math.log(scores[label]) / labels.length;
  }, 0);

const times = ({ logits, labels }: LabelledLogits, factor: number): LabelledLogits => ({
  logits: logits.map((logit) => factor * logit),
  labels,
});

/** Images whose labels are drawn by softmax(logits): scores that are as sure as they are right. */
function drawn(images: number, seed: number, spread = 6): LabelledLogits {
  const chance = Generator.seeded(seed);
  const logits = chance.uniform(images * CLASSES, 0, spread);
  const draws = chance.uniform(images, 0, 1);
  const labels = Uint8Array.from(draws, (draw, n) => {
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

describe('against PyTorch', () => {
  it.each(pytorch.cases)(
    'logits of a $scale-th: its temperature, its calibration errors',
    ({ scale, temperature, eceBefore, eceAfter }) => {
      const logits = Float32Array.from(pytorch.logits, (logit) => logit / scale);
      const judged = { logits, labels: Uint8Array.from(pytorch.labels) };
      expect(pytorch.bins).toBe(BINS);
      // LBFGS stops where its float64 losses no longer differ, at half of their digits.
      expect(fitTemperature(judged) / temperature).toBeCloseTo(1, 6);
      expect(error(judged, 1)).toBeCloseTo(eceBefore, 6);
      expect(error(judged, temperature)).toBeCloseTo(eceAfter, 6);
    },
  );
});

describe('the temperature', () => {
  it('is 1 for scores that are as sure as they are right, and leaves no error', () => {
    const judged = drawn(20_000, 5);
    expect(Math.abs(fitTemperature(judged) - 1)).toBeLessThan(0.03);
    expect(error(judged, 1)).toBeLessThan(0.02);
    // The same images, four times as sure as they are right.
    const sure = times(judged, 4);
    expect(error(sure, 1)).toBeGreaterThan(0.1);
    expect(error(sure, fitTemperature(sure))).toBeLessThan(0.02);
  });

  it('is k times as large for logits k times as large', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: -60, max: 60, noNaN: true }), (seed, exponent) => {
        const judged = drawn(200, seed);
        // Powers of two, which float32 multiplies by without rounding.
        const factor = 2 ** Math.round(exponent);
        expect(fitTemperature(times(judged, factor)) / factor / fitTemperature(judged)).toBeCloseTo(1, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('has less cross-entropy than any other', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0.2, max: 5, noNaN: true }), (seed, ratio) => {
        const judged = times(drawn(100, seed), 1 + (seed % 7));
        const temperature = fitTemperature(judged);
        expect(crossEntropy(judged, temperature)).toBeLessThanOrEqual(
          crossEntropy(judged, ratio * temperature) + 1e-12,
        );
      }),
    );
  });

  it('is a positive finite number for any logits, and changes no prediction', () => {
    const logit = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.float({ min: -8, max: 8, noNaN: true }),
    );
    const image = fc.tuple(fc.array(logit, { minLength: CLASSES, maxLength: CLASSES }), fc.nat(CLASSES - 1));
    fc.assert(
      fc.property(fc.array(image, { maxLength: 8 }), (images) => {
        const judged = {
          logits: Float32Array.from(images.flatMap(([logits]) => logits)),
          labels: Uint8Array.from(images, ([, label]) => label),
        };
        const temperature = fitTemperature(judged);
        expect(temperature).toBeGreaterThan(0);
        expect(temperature).toBeLessThan(Infinity);
        const right = [1, temperature].map((by) =>
          reliability(judged, by).reduce((sum, bin) => sum + bin.images * bin.accuracy, 0),
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
  ])('is 1 with %s', (_, logits, labels) => {
    expect(fitTemperature({ logits: Float32Array.from(logits), labels: Uint8Array.from(labels) })).toBe(1);
  });
});

describe('the bins', () => {
  it('hold every image once, each bin its upper border', () => {
    // Five classes, so that logits all the same have a score of 3/15.
    const logits = Float32Array.from([0, 0, 0, 0, 0, 1e-3, 0, 0, 0, 0, 0, 0, 40, 0, 0]);
    const bins = reliability({ logits, labels: Uint8Array.from([1, 0, 2]) }, 1);
    expect(bins.map(({ images }) => images)).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(bins[2]).toEqual({ images: 1, accuracy: 0, confidence: 0.2 });
    expect([bins[3].accuracy, bins[14].accuracy]).toEqual([1, 1]);
    expect(expectedCalibrationError(bins)).toBeCloseTo((0.2 + 0.8 + 0) / 3, 3);
  });

  it('refuse logits that are not finite', () => {
    const judged = { logits: Float32Array.from([Number.NaN, 1]), labels: Uint8Array.from([1]) };
    expect(() => reliability(judged, 1)).toThrow(/image 0 .*expected finite logits, got NaN, 1/);
  });
});
