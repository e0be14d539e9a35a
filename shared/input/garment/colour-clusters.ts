/** @file The colour clusters of a picture: its pixels grouped by their features, wherever they lie. */
import { FEATURE_COUNT, type Level, MAX_CLUSTERS, type Workspace } from './workspace.ts';

/** Rounds of k-means after the splits. Further rounds hardly move the centres. */
const ROUNDS = 3;

/** A cluster with less scatter than this is uniform and is not split. */
const MIN_SCATTER = 1;

interface Cluster {
  /** Range of its points. */
  from: number;
  to: number;
  /** Mean along each axis. */
  means: number[];
  /** Sum of squared deviations from the mean, over all axes. */
  scatter: number;
  /** The axis with the largest scatter. */
  axis: number;
}

/**
 * Finds the colour clusters of a level, stores their centres in the workspace and assigns each pixel to its nearest centre.
 *
 * The cluster with the largest scatter is split at its mean, along the axis of its largest scatter, until there are MAX_CLUSTERS.
 * Then k-means (Lloyd 1982) moves the centres. The result is deterministic: nothing is random.
 * @returns the number of clusters
 */
export function findClusters(workspace: Workspace, level: Level): number {
  const { kernels, addresses } = workspace;
  const { clusterCentres, clusterScratch } = addresses;
  const { features, clusterIndices, width, height, stride, planeStride } = level;
  const count = splitIntoClusters(workspace, level);
  for (let round = 0; round < ROUNDS; round++) {
    assignClusters(workspace, level, count);
    const grid = [width, height, stride, planeStride] as const;
    kernels.f32_cluster_means(clusterCentres, clusterScratch[0], clusterIndices, features, count, ...grid);
  }
  assignClusters(workspace, level, count);
  return count;
}

/** Assigns each pixel of a level to the nearest of `count` cluster centres. */
export function assignClusters({ kernels, addresses }: Workspace, level: Level, count: number): void {
  const { features, clusterIndices, planeStride } = level;
  const centres = addresses.clusterCentres;
  kernels.u8_nearest_centres(clusterIndices, features, centres, count, level.count, planeStride);
}

/** Splits the pixels into clusters, stores their means as centres and returns their number. */
function splitIntoClusters(workspace: Workspace, level: Level): number {
  const { kernels, memory, addresses } = workspace;
  const { features, width, height, stride, planeStride } = level;
  const points = addresses.colours;
  kernels.f32x4_interleave(points, features, width, height, stride, planeStride);
  const clusters = [describe(workspace, points, 0, width * height)];
  while (clusters.length < MAX_CLUSTERS) {
    const widest = clusters.reduce((a, b) => (b.scatter > a.scatter ? b : a));
    if (widest.scatter < MIN_SCATTER) break;
    const { from, to, axis, means } = widest;
    const middle = kernels.f32x4_partition(points, from, to, axis, means[axis]);
    Object.assign(widest, describe(workspace, points, from, middle));
    clusters.push(describe(workspace, points, middle, to));
  }
  const centres = new Float32Array(memory.buffer, addresses.clusterCentres, FEATURE_COUNT * clusters.length);
  for (const [i, { means }] of clusters.entries()) centres.set(means, FEATURE_COUNT * i);
  return clusters.length;
}

function describe(
  { kernels, memory, addresses }: Workspace,
  points: number,
  from: number,
  to: number,
): Cluster {
  kernels.f64_means_scatters(addresses.statistics, points, from, to);
  const [means, scatters] = [0, 1].map((i) =>
    Array.from(new Float64Array(memory.buffer, addresses.statistics + 32 * i, FEATURE_COUNT)),
  );
  const scatter = scatters.reduce((a, b) => a + b);
  return { from, to, means, scatter, axis: scatters.indexOf(Math.max(...scatters)) };
}
