import { describe, expect, it } from 'vitest';
import { RandomDraws } from '../../../train/dataset/random-draws.ts';

const DRAWS = 5000;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: number[]) => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
/** Returns the first draw for each of many consecutive images. */
const firstDraws = (draw: (random: RandomDraws) => number, epoch = 0) =>
  Array.from({ length: DRAWS }, (_, image) => draw(new RandomDraws(42, epoch, image)));

describe('RandomDraws', () => {
  it('draws the same values for the same keys', () => {
    const draw = () => {
      const random = new RandomDraws(1, 2, 3);
      return [random.uniform(0, 1), random.normal(1), random.bernoulli(0.5), random.sign()];
    };
    expect(draw()).toEqual(draw());
  });

  it('draws from the stated distributions over consecutive images', () => {
    const uniform = firstDraws((random) => random.uniform(2, 4));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...uniform)).toBeLessThan(4);
    expect(mean(uniform)).toBeCloseTo(3, 1);
    expect(deviation(uniform)).toBeCloseTo(2 / Math.sqrt(12), 1);
    const normal = firstDraws((random) => random.normal(1));
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(deviation(normal)).toBeCloseTo(1, 1);
    expect(Math.max(...normal.map(Math.abs))).toBeLessThan(3.5);
    expect(mean(firstDraws((random) => Number(random.bernoulli(0.3))))).toBeCloseTo(0.3, 1);
  });

  it('draws uncorrelated values for neighbouring images and for neighbouring epochs', () => {
    const [here, later] = [0, 1].map((epoch) => firstDraws((random) => random.uniform(-1, 1), epoch));
    const correlation = (a: number[], b: number[]) => mean(a.map((value, i) => value * b[i])) * 3;
    expect(Math.abs(correlation(here, later))).toBeLessThan(0.06);
    expect(Math.abs(correlation(here.slice(1), here.slice(0, -1)))).toBeLessThan(0.06);
  });
});
