/** @file Reference: the colour clusters of a picture, its pixels grouped by their features. */
import { FEATURE_COUNT, type Features } from './features.ts';

/** Centres of clusters, FEATURE_COUNT numbers each. */
export type Centres = Float32Array;

/** Rounds of k-means after the splits. Further rounds hardly move the centres. */
const ROUNDS = 3;

/** A cluster with less scatter than this is uniform and is not split. */
const MIN_SCATTER = 1;

/**
 * Finds up to `count` clusters. The cluster with the largest scatter is split at its mean, along the axis of its largest scatter,
 * until there are enough. Then k-means (Lloyd 1982) moves the centres. The result is deterministic.
 */
export function findClusters(features: Features, count: number): Centres {
  const { data } = features;
  const indices = new Uint8Array(data.length / FEATURE_COUNT);
  const clusters = [describe(data, indices, 0)];
  while (clusters.length < count) {
    const widest = clusters.reduce((a, b) => (b.scatter > a.scatter ? b : a));
    if (widest.scatter < MIN_SCATTER) break;
    const [own, added] = [clusters.indexOf(widest), clusters.length];
    for (let i = 0; i < indices.length; i++) {
      if (indices[i] === own && data[FEATURE_COUNT * i + widest.axis] > widest.mean) indices[i] = added;
    }
    clusters[own] = describe(data, indices, own);
    clusters[added] = describe(data, indices, added);
  }
  let centres = meansOf(data, indices, clusters.length);
  for (let round = 0; round < ROUNDS; round++) {
    centres = meansOf(data, nearestCentres(features, centres), clusters.length);
  }
  return centres;
}

/** Returns the index of the centre that is nearest to each pixel. */
export function nearestCentres({ width, height, data }: Features, centres: Centres): Uint8Array {
  const nearest = new Uint8Array(width * height);
  for (let i = 0; i < nearest.length; i++) {
    const at = FEATURE_COUNT * i;
    const [lightness, greenRed, blueYellow, roughness] = [data[at], data[at + 1], data[at + 2], data[at + 3]];
    let [least, best] = [Number.POSITIVE_INFINITY, 0];
    for (let k = 0; k < centres.length; k += FEATURE_COUNT) {
      const dl = lightness - centres[k];
      const da = greenRed - centres[k + 1];
      const db = blueYellow - centres[k + 2];
      const dr = roughness - centres[k + 3];
      const distance = dl * dl + da * da + db * db + dr * dr;
      if (distance < least) {
        least = distance;
        best = k;
      }
    }
    nearest[i] = best / FEATURE_COUNT;
  }
  return nearest;
}

interface Cluster {
  /** Sum of squared deviations from the mean, over all axes. */
  scatter: number;
  /** The axis with the largest scatter, and the mean along it. */
  axis: number;
  mean: number;
}

function describe(data: Float32Array, indices: Uint8Array, cluster: number): Cluster {
  const sums = new Float64Array(FEATURE_COUNT);
  const squares = new Float64Array(FEATURE_COUNT);
  let count = 0;
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] !== cluster) continue;
    count += 1;
    for (let k = 0; k < FEATURE_COUNT; k++) {
      const value = data[FEATURE_COUNT * i + k];
      sums[k] += value;
      squares[k] += value * value;
    }
  }
  const scatters = Array.from(squares, (square, k) => square - sums[k] ** 2 / count);
  const axis = scatters.indexOf(Math.max(...scatters));
  return { scatter: scatters.reduce((a, b) => a + b), axis, mean: sums[axis] / count };
}

/** Returns the mean of each cluster. An empty cluster gets a centre that no pixel is nearest to. */
function meansOf(data: Float32Array, indices: Uint8Array, count: number): Centres {
  const sums = new Float64Array(FEATURE_COUNT * count);
  const sizes = new Float64Array(count);
  for (let i = 0; i < indices.length; i++) {
    const to = FEATURE_COUNT * indices[i];
    sizes[indices[i]] += 1;
    for (let k = 0; k < FEATURE_COUNT; k++) sums[to + k] += data[FEATURE_COUNT * i + k];
  }
  return Float32Array.from(sums, (sum, at) => sum / sizes[Math.floor(at / FEATURE_COUNT)]).map((value) =>
    Number.isNaN(value) ? 1e6 : value,
  );
}
