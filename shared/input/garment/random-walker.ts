/**
 * @file Random walker with priors (Grady, "Multilabel random walker image segmentation using prior models", CVPR 2005). A pixel's
 * probability is drawn towards its own evidence and towards the probabilities of its neighbours, less so across an edge.
 */
import type { Level, Workspace } from './workspace.ts';

/** Share of the picture's mean squared difference of neighbours at which the affinity falls to 1/e. */
const SOFTNESS = 0.5;

/** Affinity across the strongest edge. It is not 0, so that no pixel is isolated. */
const MIN_AFFINITY = 0.01;

/** Weight of a pixel's own evidence. A neighbour of the same colour has weight 1. */
const EVIDENCE_WEIGHT = 0.05;

/** Factor of successive over-relaxation (Young 1954). 1 is Gauss–Seidel; from 2 on it does not converge. */
const OVER_RELAXATION = 1.6;

/** The features that affinities depend on: lightness and colour. Roughness is left out, because it is blurred. */
const AFFINITY_FEATURES = 3;

/**
 * Prepares the walker for a level: computes the affinities of neighbours, and from them the weights of a relaxation step. Leaves
 * the squared differences of neighbours in the workspace.
 */
export function prepareWalker({ kernels, addresses }: Workspace, level: Level): void {
  const { differences, scratch, skewed } = addresses;
  const { features, width, height, stride, paddedHeight, planeStride } = level;
  const grid = [width, height, stride, planeStride] as const;
  const sum = kernels.f32_squared_differences(...differences, features, AFFINITY_FEATURES, ...grid);
  const scale = -1 / (SOFTNESS * (sum / (2 * width * height)) + Number.EPSILON);
  const padded = [stride, paddedHeight] as const;
  kernels.f32_affinities(scratch[0], differences[0], scale, MIN_AFFINITY, width - 1, height, ...padded);
  kernels.f32_affinities(scratch[1], differences[1], scale, MIN_AFFINITY, width, height - 1, ...padded);
  kernels.f32_skew(skewed.right, scratch[0], paddedHeight, stride);
  kernels.f32_skew(skewed.below, scratch[1], paddedHeight, stride);
  kernels.f32_relax_weights(
    skewed.weights,
    skewed.right,
    skewed.below,
    EVIDENCE_WEIGHT,
    OVER_RELAXATION,
    paddedHeight,
    stride,
    skewed.planeStride,
  );
}

/** Sets the probabilities that the prepared walker starts from. */
export function startWalker({ kernels, addresses }: Workspace, level: Level, probability: number): void {
  kernels.f32_skew(addresses.skewed.probability, probability, level.paddedHeight, level.stride);
}

/**
 * Relaxes the walker's probabilities towards the balance of the workspace's evidence and the affinities, and stores them in the
 * level.
 * @param sweeps passes over the picture, each forwards and backwards
 */
export function runWalker({ kernels, addresses }: Workspace, level: Level, sweeps: number): void {
  const { skewed, evidence } = addresses;
  const { probability, stride, paddedHeight } = level;
  kernels.f32_skew(skewed.evidence, evidence, paddedHeight, stride);
  const grid = [paddedHeight, stride, skewed.planeStride] as const;
  kernels.f32_relax(skewed.probability, skewed.evidence, skewed.weights, OVER_RELAXATION, sweeps, ...grid);
  kernels.f32_unskew(probability, skewed.probability, paddedHeight, stride);
}
