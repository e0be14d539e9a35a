/** @file Tests that scores are the same in every JavaScript engine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, softmax } from '#shared/predictions.ts';

describe('exp', () => {
  it('agrees with Math.exp within two units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
      }),
      { numRuns: 20_000 },
    );
  });

  it('returns these bits in every engine, 0 below −708, and NaN for NaN', () => {
    expect([-0.5, -1, -10, -100].map(exp)).toEqual([
      0.6065306597126334, 0.36787944117144233, 4.539992976248485e-5, 3.720075976020836e-44,
    ]);
    expect([0, -0, -709, Number.NEGATIVE_INFINITY].map(exp)).toEqual([1, 1, 0, 0]);
    expect(exp(Number.NaN)).toBeNaN();
  });
});

describe('softmax', () => {
  it('returns probabilities in the order of any logits', () => {
    const logits = fc.float32Array({ minLength: 2, maxLength: 10, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(logits, fc.double({ min: 0.01, max: 100, noNaN: true }), (logits, temperature) => {
        const scores = softmax(logits, temperature);
        expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
        for (const [i, score] of scores.entries()) {
          expect(score).toBeGreaterThanOrEqual(0);
          for (const [j, other] of scores.entries()) {
            if ((logits[i] as number) > (logits[j] as number)) expect(score).toBeGreaterThanOrEqual(other);
          }
        }
      }),
    );
  });
});
