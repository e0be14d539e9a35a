/** @file Points → groups of near ones: k-means (Lloyd), the same groups each time. */
import { Generator } from '../random.ts';

type Point = readonly number[];

const SEED = 42;
const RESTARTS = 16;

/**
 * The best of several starts that k-means++ draws with a fixed seed, over numbers scaled to unit variance.
 * @returns the group of each point; groups are counted from 0 in the order of their mean first number, none is empty,
 * and there may be fewer than `count` where points are equal
 */
export function cluster(values: readonly Point[], count: number): number[] {
  const points = standardize(values);
  const generator = Generator.seeded(SEED);
  let best = { cost: Number.POSITIVE_INFINITY, groupOf: [] as number[] };
  for (let start = 0; start < RESTARTS; start++) {
    const found = refine(points, draw(points, count, generator));
    if (found.cost < best.cost) best = found;
  }
  const first = (group: number) => centreOf(values.filter((_, i) => best.groupOf[i] === group))[0];
  const order = [...new Set(best.groupOf)].sort((a, b) => first(a) - first(b));
  return best.groupOf.map((group) => order.indexOf(group));
}

/** First centres, each drawn with a chance by its squared distance to those before it (Arthur and Vassilvitskii 2007). */
function draw(points: readonly Point[], count: number, generator: Generator): Point[] {
  const centres = [points[generator.random() % points.length]];
  while (centres.length < count) {
    const distances = points.map((point) => nearest(point, centres).distance);
    const sum = distances.reduce((a, b) => a + b, 0);
    if (sum === 0) break;
    let left = generator.uniform(1, 0, 1)[0] * sum;
    const drawn = distances.findIndex((distance) => {
      left -= distance;
      return left < 0;
    });
    // Where rounding has left a rest, none was found: -1, the last.
    centres.push(points.at(drawn) as Point);
  }
  return centres;
}

/** Far more than it takes. */
const MOST_ROUNDS = 100;

/** Moves the centres into the middle of their points until no point changes its centre. */
function refine(points: readonly Point[], start: readonly Point[]): { cost: number; groupOf: number[] } {
  let centres = start;
  let groupOf: number[] = [];
  let cost = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const found = points.map((point) => nearest(point, centres));
    const next = found.map(({ index }) => index);
    cost = found.reduce((sum, { distance }) => sum + distance, 0);
    if (next.every((group, i) => group === groupOf[i])) break;
    groupOf = next;
    centres = centres.map((old, group) => {
      const own = points.filter((_, i) => next[i] === group);
      return own.length > 0 ? centreOf(own) : old;
    });
  }
  return { cost, groupOf };
}

/** The nearest centre, by its squared distance. */
function nearest(point: Point, centres: readonly Point[]): { index: number; distance: number } {
  let best = { index: 0, distance: Number.POSITIVE_INFINITY };
  for (const [index, centre] of centres.entries()) {
    const distance = centre.reduce((sum, value, i) => sum + (value - point[i]) ** 2, 0);
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}

/** The mean point. */
export const centreOf = (points: readonly Point[]): number[] =>
  points[0].map((_, i) => points.reduce((sum, point) => sum + point[i], 0) / points.length);

/** Every number with mean 0 and variance 1 over all points; what is the same everywhere becomes 0. */
function standardize(points: readonly Point[]): number[][] {
  const means = centreOf(points);
  const deviations = means.map((mean, i) =>
    Math.sqrt(points.reduce((sum, point) => sum + (point[i] - mean) ** 2, 0) / points.length),
  );
  return points.map((point) => point.map((value, i) => (value - means[i]) / (deviations[i] || 1)));
}
