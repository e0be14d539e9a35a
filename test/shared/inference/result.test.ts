/** @file Which label a result suggests. */
import { describe, expect, it } from 'vitest';
import { guessOf } from '#shared/inference/result.ts';

const predictions = (score: number) => [
  { label: 'Coat', index: 4, score },
  { label: 'Dress', index: 3, score: score / 2 },
];

describe('guessOf', () => {
  it('returns the most likely label, also when the model declines to answer', () => {
    for (const abstained of [null, 'low-score', 'poor-mask', 'no-garment'] as const)
      expect(guessOf({ predictions: predictions(0.1), abstained })).toMatchObject({ label: 'Coat' });
  });

  it('returns nothing when the picture shows none of the labels', () => {
    expect(guessOf({ predictions: predictions(0.4), abstained: 'none-of-these' })).toBeUndefined();
  });

  it('returns nothing when no label is as likely as one in ten', () => {
    for (const abstained of [null, 'low-score', 'no-garment'] as const)
      expect(guessOf({ predictions: predictions(0.099), abstained })).toBeUndefined();
    expect(guessOf({ predictions: [], abstained: null })).toBeUndefined();
  });
});
