/** @file The looks of a picture: clusters of its pixels by their features, wherever they are. */
import { type Bench, DIMENSIONS, type Level, MOST_LOOKS } from './bench.ts';

/** Rounds of k-means after the splits; more move no centre far. */
const ROUNDS = 3;

/** A cluster whose squares about its mean add up to less than this looks the same all over. */
const LEAST_SCATTER = 1;

interface Cluster {
  /** Its points among all. */
  from: number;
  to: number;
  /** Along each axis. */
  means: number[];
  /** Squares about the mean, added up over all axes; the axis with most of them. */
  scatter: number;
  axis: number;
}

/**
 * Puts the looks into the bench, gives each pixel the nearest and returns how many there are. The cluster that varies most is split at its mean, along the axis on
 * which it varies most, again and again; then k-means moves the centres (Lloyd 1982). Nothing is drawn at random.
 */
export function findLooks(bench: Bench, level: Level): number {
  const { kernels, memory, at } = bench;
  const { width, height, row, features, plane, lookOf } = level;
  const points = at.colours;
  kernels.f32x4_points(points, features, width, height, row, plane);
  const clusters = [describe(bench, points, 0, width * height)];
  while (clusters.length < MOST_LOOKS) {
    const widest = clusters.reduce((a, b) => (b.scatter > a.scatter ? b : a));
    if (widest.scatter < LEAST_SCATTER) break;
    const { from, to, axis, means } = widest;
    const middle = kernels.f32x4_split(points, from, to, axis, means[axis]);
    Object.assign(widest, describe(bench, points, from, middle));
    clusters.push(describe(bench, points, middle, to));
  }
  const looks = new Float32Array(memory.buffer, at.looks, DIMENSIONS * clusters.length);
  for (const [i, { means }] of clusters.entries()) looks.set(means, DIMENSIONS * i);
  for (let round = 0; round < ROUNDS; round++) {
    assignLooks(bench, level, clusters.length);
    const grid = [width, height, row, plane] as const;
    kernels.f32_class_means(at.looks, at.counts[0], lookOf, features, clusters.length, ...grid);
  }
  assignLooks(bench, level, clusters.length);
  return clusters.length;
}

/** The look that each pixel is nearest to. */
export function assignLooks(
  { kernels, at }: Bench,
  { lookOf, features, count, plane }: Level,
  looks: number,
) {
  kernels.u8_nearest(lookOf, features, at.looks, looks, count, plane);
}

function describe({ kernels, memory, at }: Bench, points: number, from: number, to: number): Cluster {
  kernels.f64_spread(at.sums, points, from, to);
  const [means, scatters] = [0, 1].map((i) =>
    Array.from(new Float64Array(memory.buffer, at.sums + 32 * i, DIMENSIONS)),
  );
  const scatter = scatters.reduce((a, b) => a + b);
  return { from, to, means, scatter, axis: scatters.indexOf(Math.max(...scatters)) };
}
