/**
 * @file Reference: the segmentation, which computes which pixels belong to the garment. The algorithm is described in
 * shared/input/garment/segment.ts.
 */

import { centrePrior, type ProbabilityMap } from '#shared/input/garment/prior.ts';
import { findClusters, nearestCentres } from './colour-clusters.ts';
import { type Features, halveFeatures } from './features.ts';
import { affinitiesOf, runWalker, withFrame, withoutFrame } from './random-walker.ts';
import { resample } from './resample.ts';

/** Most colour clusters of a picture: enough for a print, a lining and a carpet. 16 or 40 give similar results. */
const MAX_CLUSTERS = 20;

/** Rounds of estimation at the coarse level. */
const ROUNDS = 4;

/** Sweeps of the random walker in each coarse round, and at the fine level. */
const [COARSE_SWEEPS, FINE_SWEEPS] = [8, 4];

/** Weights of prior and colour after the first round. By then colours are more reliable than positions. */
const [PRIOR_WEIGHT, COLOUR_WEIGHT] = [0.5, 2];

/**
 * Computes the probability of each pixel of `fine` to belong to the garment.
 * @param prior where the garment is expected; 0 and 1 are certain
 */
export function segment(fine: Features, prior: ProbabilityMap = centrePrior()): ProbabilityMap {
  const coarse = halveFeatures(fine);
  const centres = findClusters(coarse, MAX_CLUSTERS);

  const [affinities, indices] = [affinitiesOf(coarse), nearestCentres(coarse, centres)];
  const expected = resample(prior, coarse);
  const priorLogOdds = logOdds(expected);
  let probability = expected;
  let evidence = posterior(priorLogOdds, indices, logLikelihoodRatios(indices, expected), 1, 1);
  const framed = withFrame(evidence, coarse);
  for (let round = 1; ; round++) {
    runWalker(affinities, withFrame(evidence, coarse), framed, COARSE_SWEEPS);
    probability = withoutFrame(framed, coarse);
    if (round === ROUNDS) break;
    const ratios = logLikelihoodRatios(indices, probability);
    evidence = posterior(priorLogOdds, indices, ratios, PRIOR_WEIGHT, COLOUR_WEIGHT);
  }
  return refine(fine, nearestCentres(fine, centres), logLikelihoodRatios(indices, probability), prior, {
    ...coarse,
    data: probability,
  });
}

/** Refines the coarse result at the fine level: the clusters' likelihood ratios stay, and the walker starts from that result. */
function refine(
  features: Features,
  indices: Uint8Array,
  ratios: Float32Array,
  prior: ProbabilityMap,
  coarseResult: ProbabilityMap,
): ProbabilityMap {
  const priorLogOdds = logOdds(resample(prior, features));
  const evidence = posterior(priorLogOdds, indices, ratios, PRIOR_WEIGHT, COLOUR_WEIGHT);
  const framed = withFrame(resample(coarseResult, features), features);
  runWalker(affinitiesOf(features), withFrame(evidence, features), framed, FINE_SWEEPS);
  const { width, height } = features;
  return { width, height, data: withoutFrame(framed, features) };
}

/**
 * Estimates each cluster's log likelihood ratio, garment to floor, from the pixels' probabilities. Laplace smoothing: each
 * cluster is counted once more on either side.
 */
function logLikelihoodRatios(indices: Uint8Array, probability: Float32Array): Float32Array {
  const garment = new Float64Array(MAX_CLUSTERS).fill(1);
  const floor = new Float64Array(MAX_CLUSTERS).fill(1);
  let [garments, floors] = [MAX_CLUSTERS, MAX_CLUSTERS];
  for (let i = 0; i < indices.length; i++) {
    garment[indices[i]] += probability[i];
    floor[indices[i]] += 1 - probability[i];
    garments += probability[i];
    floors += 1 - probability[i];
  }
  return Float32Array.from(garment, (count, k) => Math.log(count / garments / (floor[k] / floors)));
}

function logOdds(probability: Float32Array): Float64Array {
  const odds = new Float64Array(probability.length);
  for (let i = 0; i < odds.length; i++) odds[i] = Math.log(probability[i] / (1 - probability[i]));
  return odds;
}

/** Returns each pixel's probability by Bayes' rule from its prior and its cluster, with weights on their log odds. */
function posterior(
  priorLogOdds: Float64Array,
  indices: Uint8Array,
  ratios: Float32Array,
  priorWeight: number,
  ratioWeight: number,
): Float32Array {
  const probability = new Float32Array(indices.length);
  for (let i = 0; i < probability.length; i++) {
    const sum = priorWeight * priorLogOdds[i] + ratioWeight * ratios[indices[i]];
    probability[i] = 1 / (1 + Math.exp(-sum));
  }
  return probability;
}
