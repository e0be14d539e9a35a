/** @file k-means clustering (Lloyd) that always returns the same clusters for the same points. */
import { Generator } from '../random.ts';

type Point = readonly number[];

const SEED = 42;
const RESTARTS = 16;

/**
 * Clusters points after scaling each coordinate to unit variance. Keeps the best of `RESTARTS` starts that k-means++ draws with a
 * fixed seed.
 * @returns the cluster of each point. Clusters are numbered from 0 by their mean first coordinate; none is empty. There are fewer
 * than `count` clusters when too few points are distinct.
 */
export function cluster(values: readonly Point[], count: number): number[] {
  const points = standardize(values);
  const generator = Generator.seeded(SEED);
  let best = { cost: Number.POSITIVE_INFINITY, clusterOf: [] as number[] };
  for (let start = 0; start < RESTARTS; start++) {
    const found = refine(points, drawCentres(points, count, generator));
    if (found.cost < best.cost) best = found;
  }
  const first = (cluster: number) => centreOf(values.filter((_, i) => best.clusterOf[i] === cluster))[0];
  const order = [...new Set(best.clusterOf)].sort((a, b) => first(a) - first(b));
  return best.clusterOf.map((cluster) => order.indexOf(cluster));
}

/** Draws the first centres by k-means++: in proportion to the squared distance to the nearest earlier centre (Arthur and Vassilvitskii 2007). */
function drawCentres(points: readonly Point[], count: number, generator: Generator): Point[] {
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
    // Rounding can leave a remainder after the last point. Then findIndex returns -1, which selects that point.
    centres.push(points.at(drawn) as Point);
  }
  return centres;
}

/** Most rounds. Clustering converges in far fewer. */
const MAX_ROUNDS = 100;

/** Moves each centre to the mean of its points until no point changes its cluster. */
function refine(points: readonly Point[], start: readonly Point[]): { cost: number; clusterOf: number[] } {
  let centres = start;
  let clusterOf: number[] = [];
  let cost = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = points.map((point) => nearest(point, centres));
    const next = found.map(({ index }) => index);
    cost = found.reduce((sum, { distance }) => sum + distance, 0);
    if (next.every((cluster, i) => cluster === clusterOf[i])) break;
    clusterOf = next;
    centres = centres.map((old, cluster) => {
      const own = points.filter((_, i) => next[i] === cluster);
      return own.length > 0 ? centreOf(own) : old;
    });
  }
  return { cost, clusterOf };
}

/** Returns the nearest centre and its squared distance. */
function nearest(point: Point, centres: readonly Point[]): { index: number; distance: number } {
  let best = { index: 0, distance: Number.POSITIVE_INFINITY };
  for (const [index, centre] of centres.entries()) {
    const distance = centre.reduce((sum, value, i) => sum + (value - point[i]) ** 2, 0);
    if (distance < best.distance) best = { index, distance };
  }
  return best;
}

/** Returns the mean point. */
export const centreOf = (points: readonly Point[]): number[] =>
  points[0].map((_, i) => points.reduce((sum, point) => sum + point[i], 0) / points.length);

/** Scales every coordinate to mean 0 and variance 1 over all points; a constant coordinate becomes 0. */
function standardize(points: readonly Point[]): number[][] {
  const means = centreOf(points);
  const deviations = means.map((mean, i) =>
    Math.sqrt(points.reduce((sum, point) => sum + (point[i] - mean) ** 2, 0) / points.length),
  );
  return points.map((point) => point.map((value, i) => (value - means[i]) / (deviations[i] || 1)));
}
