/**
 * @file Scores photos by background cluster. A pipeline that was tuned on some backgrounds and fails on others shows a large spread
 * between the clusters.
 */
import { centreOf } from './kmeans.ts';
import { type PhotoResult, photoWeights, share } from './score.ts';

interface ClusterScore {
  photos: number;
  /** The cluster's mean background features, in the order of `BACKGROUND_FEATURES`. */
  look: number[];
  /** Weighted share of correct predictions. The weights of all clusters add up to those of the whole score. */
  share: number;
}

export interface BackgroundScores {
  groups: ClusterScore[];
  /** Mean of the clusters' shares; each cluster counts once. */
  mean: number;
  /** Sample standard deviation of the shares (n − 1). */
  sd: number;
  min: number;
  max: number;
}

/**
 * Returns the score of each cluster and the spread between them.
 * @param features background features of each photo
 * @param clusterOf cluster of each photo, from `cluster`
 */
export function scoreBackgrounds(
  photos: readonly PhotoResult[],
  features: readonly (readonly number[])[],
  clusterOf: readonly number[],
): BackgroundScores {
  const weights = photoWeights(photos);
  const indices = [...photos.keys()];
  const groups = Array.from({ length: 1 + Math.max(...clusterOf) }, (_, cluster) => {
    const own = features.filter((_, i) => clusterOf[i] === cluster);
    return {
      photos: own.length,
      look: centreOf(own),
      share: share(
        indices,
        weights,
        (i) => photos[i].right,
        (i) => clusterOf[i] === cluster,
      ),
    };
  });
  const shares = groups.map(({ share }) => share);
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (shares.length - 1));
  return { groups, mean, sd, min: Math.min(...shares), max: Math.max(...shares) };
}
