/** @file Confidence intervals, and the results of each class. */
import { describe, expect, it } from 'vitest';
import { classResults, constantAnswer, totalResult, wilson } from '../../../train/training/class-results.ts';

describe('wilson', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published interval for %i of %i', (right, images, low, high) => {
    expect(wilson(right, images).map((share) => share.toFixed(4))).toEqual([low.toFixed(4), high.toFixed(4)]);
  });

  it('is symmetric, and everything is possible without images', () => {
    const [low, high] = wilson(3, 40);
    const [otherLow, otherHigh] = wilson(37, 40);
    expect([otherLow, otherHigh]).toEqual([expect.closeTo(1 - high, 12), expect.closeTo(1 - low, 12)]);
    expect(wilson(0, 0)).toEqual([0, 1]);
  });
});

it('classResults counts the images of each class, and names the most frequent mistake', () => {
  const confusion = [
    [5, 1, 2],
    [0, 4, 0],
    [0, 0, 0],
  ];
  expect(classResults(confusion, ['a', 'b', 'c'])).toEqual([
    { name: 'a', images: 8, right: 5, interval: wilson(5, 8), mistake: { prediction: 'c', images: 2 } },
    { name: 'b', images: 4, right: 4, interval: wilson(4, 4) },
    { name: 'c', images: 0, right: 0, interval: [0, 1] },
  ]);
  expect(totalResult(confusion)).toEqual({ images: 12, right: 9, interval: wilson(9, 12) });
});

it.each([
  [
    'which always gives the most frequent class',
    [
      [60, 0],
      [40, 0],
    ],
    0.6,
  ],
  [
    'which is better, but on too few images to know',
    [
      [4, 1],
      [1, 4],
    ],
    0.5,
  ],
  [
    'which is clearly better',
    [
      [50, 10],
      [10, 30],
    ],
    undefined,
  ],
] as const)('constantAnswer compares a model %s', (_, confusion, share) => {
  expect(constantAnswer(confusion)).toBe(share);
});
