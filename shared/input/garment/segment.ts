/**
 * @file The segmentation: which pixels belong to the garment.
 *
 * A picture has a few colour clusters. Each cluster gets a likelihood ratio, garment to floor. The first estimate uses the place
 * where the garment is expected; the next ones use the place where it was found. This is GrabCut (Rother, Kolmogorov and Blake
 * 2004) with clusters in place of its Gaussian mixtures and a random walker in place of its graph cut.
 */
import { assignClusters, findClusters } from './colour-clusters.ts';
import { halveFeatures } from './features.ts';
import type { ProbabilityMap } from './prior.ts';
import { prepareWalker, runWalker, startWalker } from './random-walker.ts';
import { resample, type StoredMap, storeMap } from './resample.ts';
import { type Level, MAX_CLUSTERS, type Workspace } from './workspace.ts';

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
export function segment(workspace: Workspace, fine: Level, coarse: Level, prior: ProbabilityMap): void {
  halveFeatures(workspace, fine, coarse);
  const clusters = findClusters(workspace, coarse);
  const storedPrior = storeMap(workspace, prior);

  resamplePrior(workspace, coarse, storedPrior);
  estimateColours(workspace, coarse);
  computeEvidence(workspace, coarse, 1, 1);
  prepareWalker(workspace, coarse);
  startWalker(workspace, coarse, workspace.addresses.evidence);
  for (let round = 1; ; round++) {
    runWalker(workspace, coarse, COARSE_SWEEPS);
    estimateColours(workspace, coarse);
    if (round === ROUNDS) break;
    computeEvidence(workspace, coarse, PRIOR_WEIGHT, COLOUR_WEIGHT);
  }

  // Refinement at the fine level: the clusters' likelihood ratios stay, and the walker starts from the coarse result.
  assignClusters(workspace, fine, clusters);
  resamplePrior(workspace, fine, storedPrior);
  computeEvidence(workspace, fine, PRIOR_WEIGHT, COLOUR_WEIGHT);
  resample(workspace, fine.probability, fine, { ...coarse, address: coarse.probability });
  prepareWalker(workspace, fine);
  startWalker(workspace, fine, fine.probability);
  runWalker(workspace, fine, FINE_SWEEPS);
}

/** Sets a level's probabilities to the prior, and stores the prior's log odds in the workspace. */
function resamplePrior(workspace: Workspace, level: Level, prior: StoredMap): void {
  resample(workspace, level.probability, level, prior);
  workspace.kernels.f32_log_odds(workspace.addresses.priorLogOdds, level.probability, level.count);
}

/** Estimates each cluster's log likelihood ratio, garment to floor, from the pixels' probabilities. */
function estimateColours({ kernels, addresses }: Workspace, level: Level): void {
  const { clusterIndices, probability, width, height, stride } = level;
  kernels.f32_log_likelihood_ratios(
    addresses.clusterLogRatios,
    ...addresses.clusterScratch,
    clusterIndices,
    probability,
    MAX_CLUSTERS,
    width,
    height,
    stride,
  );
}

/** Computes each pixel's evidence by Bayes' rule from its prior and its cluster, with weights on their log odds. */
function computeEvidence(
  { kernels, addresses }: Workspace,
  { clusterIndices, count }: Level,
  priorWeight: number,
  colourWeight: number,
): void {
  const { evidence, priorLogOdds, clusterLogRatios } = addresses;
  kernels.f32_posterior(
    evidence,
    priorLogOdds,
    priorWeight,
    clusterIndices,
    clusterLogRatios,
    colourWeight,
    count,
  );
}
