/** @file Draws by place: the same again, spread as they say, independent between neighbours. */
import { describe, expect, it } from 'vitest';
import { Chance } from '../../../../../train/dataset/fashion-mnist/augment/chance.ts';

const DRAWS = 5000;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
/** The first draw at each of many neighbouring places. */
const firsts = (draw: (chance: Chance) => number, epoch = 0) =>
  Array.from({ length: DRAWS }, (_, place) => draw(new Chance(42, epoch, place)));

describe('Chance', () => {
  it('draws the same at the same place', () => {
    const draw = () => {
      const chance = new Chance(1, 2, 3);
      return [chance.between(0, 1), chance.around(1), chance.whether(0.5), chance.sign()];
    };
    expect(draw()).toEqual(draw());
  });

  it('is spread as it says over neighbouring places', () => {
    const uniform = firsts((chance) => chance.between(2, 4));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThan(4);
    expect(mean(uniform)).toBeCloseTo(3, 1);
    expect(deviation(uniform)).toBeCloseTo(2 / Math.sqrt(12), 1);
    const normal = firsts((chance) => chance.around(1));
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(deviation(normal)).toBeCloseTo(1, 1);
    expect(Math.max(...normal.map(Math.abs))).toBeLessThan(3.5);
    expect(mean(firsts((chance) => Number(chance.whether(0.3))))).toBeCloseTo(0.3, 1);
  });

  it('has nothing in common between neighbouring places, nor between epochs', () => {
    const [here, later] = [0, 1].map((epoch) => firsts((chance) => chance.between(-1, 1), epoch));
    const correlation = (a: number[], b: number[]) => mean(a.map((value, i) => value * b[i])) * 3;
    expect(Math.abs(correlation(here, later))).toBeLessThan(0.06);
    expect(Math.abs(correlation(here.slice(1), here.slice(0, -1)))).toBeLessThan(0.06);
  });
});
