/**
 * @file Photos by the look of their background, and how much the score depends on it. What was tuned on some backgrounds and
 * fails on others shows as a spread between the groups.
 */
import { centreOf } from './kmeans.ts';
import { type Judged, photoWeights, share } from './score.ts';

interface Group {
  photos: number;
  /** The mean look, named as in `LOOK`. */
  look: number[];
  /** Weighted share of right answers; the groups' weights together are those of the whole score. */
  share: number;
}

export interface Spread {
  groups: Group[];
  /** Over the groups' shares, each counted once; `sd` with n − 1. */
  mean: number;
  sd: number;
  min: number;
  max: number;
}

/**
 * The score of each group.
 * @param looks of the photos
 * @param groupOf the group of each photo, as `cluster` gives it
 */
export function scoreGroups(
  photos: readonly Judged[],
  looks: readonly (readonly number[])[],
  groupOf: readonly number[],
): Spread {
  const weights = photoWeights(photos);
  const indices = [...photos.keys()];
  const groups = Array.from({ length: 1 + Math.max(...groupOf) }, (_, group) => {
    const own = looks.filter((_, i) => groupOf[i] === group);
    return {
      photos: own.length,
      look: centreOf(own),
      share: share(
        indices,
        weights,
        (i) => photos[i].right,
        (i) => groupOf[i] === group,
      ),
    };
  });
  const shares = groups.map(({ share }) => share);
  const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
  const squares = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (shares.length - 1));
  return { groups, mean, sd, min: Math.min(...shares), max: Math.max(...shares) };
}
