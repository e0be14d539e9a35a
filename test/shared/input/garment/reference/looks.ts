/** @file The looks of a picture: clusters of its pixels by their features, wherever they are. */
import { DIMENSIONS, type Features } from './features.ts';

/** Centres of clusters, DIMENSIONS numbers each. */
export type Looks = Float32Array;

/** Rounds of k-means after the splits; more move no centre far. */
const ROUNDS = 3;

/** A cluster whose squares about its mean add up to less than this looks the same all over. */
const LEAST_SCATTER = 1;

/**
 * Up to `count` looks. The cluster that varies most is split at its mean, along the axis on which it varies most, again and
 * again; then k-means moves the centres (Lloyd 1982). Nothing is drawn at random.
 */
export function findLooks(features: Features, count: number): Looks {
  const { data } = features;
  const clusterOf = new Uint8Array(data.length / DIMENSIONS);
  const clusters = [describe(data, clusterOf, 0)];
  while (clusters.length < count) {
    const widest = clusters.reduce((a, b) => (b.scatter > a.scatter ? b : a));
    if (widest.scatter < LEAST_SCATTER) break;
    const [own, added] = [clusters.indexOf(widest), clusters.length];
    for (let i = 0; i < clusterOf.length; i++) {
      if (clusterOf[i] === own && data[DIMENSIONS * i + widest.axis] > widest.mean) clusterOf[i] = added;
    }
    clusters[own] = describe(data, clusterOf, own);
    clusters[added] = describe(data, clusterOf, added);
  }
  let looks = centres(data, clusterOf, clusters.length);
  for (let round = 0; round < ROUNDS; round++) {
    looks = centres(data, nearestLooks(features, looks), clusters.length);
  }
  return looks;
}

/** The number of the look that each pixel is nearest to. */
export function nearestLooks({ width, height, data }: Features, looks: Looks): Uint8Array {
  const nearest = new Uint8Array(width * height);
  for (let i = 0; i < nearest.length; i++) {
    const at = DIMENSIONS * i;
    const [lightness, greenRed, blueYellow, roughness] = [data[at], data[at + 1], data[at + 2], data[at + 3]];
    let [least, best] = [Number.POSITIVE_INFINITY, 0];
    for (let k = 0; k < looks.length; k += DIMENSIONS) {
      const dl = lightness - looks[k];
      const da = greenRed - looks[k + 1];
      const db = blueYellow - looks[k + 2];
      const dr = roughness - looks[k + 3];
      const distance = dl * dl + da * da + db * db + dr * dr;
      if (distance < least) {
        least = distance;
        best = k;
      }
    }
    nearest[i] = best / DIMENSIONS;
  }
  return nearest;
}

interface Cluster {
  /** Squares about the mean, added up over all axes. */
  scatter: number;
  /** The axis with most of them, and the mean there. */
  axis: number;
  mean: number;
}

function describe(data: Float32Array, clusterOf: Uint8Array, cluster: number): Cluster {
  const sums = new Float64Array(DIMENSIONS);
  const squares = new Float64Array(DIMENSIONS);
  let count = 0;
  for (let i = 0; i < clusterOf.length; i++) {
    if (clusterOf[i] !== cluster) continue;
    count += 1;
    for (let k = 0; k < DIMENSIONS; k++) {
      const value = data[DIMENSIONS * i + k];
      sums[k] += value;
      squares[k] += value * value;
    }
  }
  const scatters = Array.from(squares, (square, k) => square - sums[k] ** 2 / count);
  const axis = scatters.indexOf(Math.max(...scatters));
  return { scatter: scatters.reduce((a, b) => a + b), axis, mean: sums[axis] / count };
}

function centres(data: Float32Array, clusterOf: Uint8Array, count: number): Looks {
  const sums = new Float64Array(DIMENSIONS * count);
  const sizes = new Float64Array(count);
  for (let i = 0; i < clusterOf.length; i++) {
    const to = DIMENSIONS * clusterOf[i];
    sizes[clusterOf[i]] += 1;
    for (let k = 0; k < DIMENSIONS; k++) sums[to + k] += data[DIMENSIONS * i + k];
  }
  // A cluster that has lost its last pixel lies where nothing is.
  return Float32Array.from(sums, (sum, at) => sum / sizes[Math.floor(at / DIMENSIONS)]).map((value) =>
    Number.isNaN(value) ? 1e6 : value,
  );
}
