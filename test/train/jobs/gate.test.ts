/** @file The promotion gate: the interval of a comparison, and the decision. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareModels, passes } from '../../../train/jobs/gate.ts';
import { Generator } from '../../../train/random.ts';

/**
 * Returns for each of two models a 1 for every image that it classifies correctly. The arguments are the numbers of images that both
 * models, only the first, only the second, and neither classify correctly.
 */
function predictions(both: number, gained: number, lost: number, neither: number): [Uint8Array, Uint8Array] {
  const kinds = [both, gained, lost, neither].flatMap((count, kind) => new Array<number>(count).fill(kind));
  return [Uint8Array.from(kinds, (kind) => +(kind < 2)), Uint8Array.from(kinds, (kind) => +(kind % 2 === 0))];
}

describe('compareModels', () => {
  it('reproduces Agresti, Categorical Data Analysis, table 10.1: approval of a prime minister', () => {
    // 1,600 people asked twice. The book: difference 0.04, 95 % interval 0.02 to 0.06 by Wald's formula.
    const { difference, interval, right, gained, lost } = compareModels(...predictions(794, 150, 86, 570));
    expect({ right, gained, lost }).toEqual({
      right: { candidate: 944, present: 880 },
      gained: 150,
      lost: 86,
    });
    expect(difference).toBeCloseTo(0.04, 10);
    expect(interval.map((end) => end.toFixed(2))).toEqual(['0.02', '0.06']);
  });

  it('returns an interval that contains the true difference in 95 % of the cases, at the sizes of this project', {
    tags: ['slow'],
  }, () => {
    const chance = Generator.seeded(5);
    const [images, onlyFirst, onlySecond] = [5000, 0.03, 0.035];
    const repetitions = 2000;
    let covered = 0;
    for (let i = 0; i < repetitions; i++) {
      let [gained, lost] = [0, 0];
      for (let n = 0; n < images; n++) {
        const draw = chance.random() / 2 ** 32;
        if (draw < onlyFirst) gained++;
        else if (draw < onlyFirst + onlySecond) lost++;
      }
      const { interval } = compareModels(...predictions(images - gained - lost, gained, lost, 0));
      const truth = onlyFirst - onlySecond;
      if (interval[0] <= truth && truth <= interval[1]) covered++;
    }
    expect(covered / repetitions).toBeGreaterThan(0.935);
    expect(covered / repetitions).toBeLessThan(0.965);
  });

  it('changes the signs when the models are swapped, and the interval contains the difference', () => {
    const count = fc.nat(60);
    fc.assert(
      fc.property(count, count, count, count, (both, gained, lost, neither) => {
        fc.pre(both + gained + lost + neither > 0);
        const [first, second] = predictions(both, gained, lost, neither);
        const there = compareModels(first, second);
        const back = compareModels(second, first);
        expect(back.difference).toBeCloseTo(-there.difference, 12);
        expect(back.interval[0]).toBeCloseTo(-there.interval[1], 12);
        const [low, high] = there.interval;
        expect(low).toBeLessThanOrEqual(there.difference + 1e-12);
        expect(high).toBeGreaterThanOrEqual(there.difference - 1e-12);
      }),
    );
  });
});

describe('passes, at a tolerance of one point on 5,000 images', () => {
  it.each([
    ['equal predictions', 0, 0, true],
    ['as many images gained as lost', 150, 150, true],
    ['a better model', 200, 120, true],
    ['a worse model whose interval contains the tolerance', 140, 160, false],
    ['a worse model', 100, 200, false],
    ['a slightly worse model with a narrow interval', 0, 20, true],
  ])('returns for %s: %s, %s → %s', (_, gained, lost, expected) => {
    const comparison = compareModels(...predictions(4500 - lost, gained, lost, 500 - gained));
    expect(passes(comparison, 0.01)).toBe(expected);
  });

  it('never accepts a model that loses more than the tolerance', () => {
    fc.assert(
      fc.property(fc.nat(400), fc.integer({ min: 51, max: 400 }), (gained, more) => {
        const lost = gained + more;
        expect(passes(compareModels(...predictions(4000, gained, lost, 1000 - gained)), 0.01)).toBe(false);
      }),
    );
  });
});
