/**
 * @file Random walker with priors (Grady, "Multilabel random walker image segmentation using prior models", CVPR 2005): each
 * pixel's probability is drawn to its own evidence and to its neighbours' probability, less so across an edge.
 */
import type { Bench, Level } from './bench.ts';

/** How much of the mean squared difference of neighbours halves a tie, about: edges are what stands out in this picture. */
const SOFTNESS = 0.5;

/** What is left across the strongest edge: no pixel is alone. */
const LEAST_TIE = 0.01;

/** Weight of a pixel's own evidence; a neighbour that looks the same has 1. */
const EVIDENCE = 0.05;

/** Of successive over-relaxation (Young 1954): 1 would be Gauss–Seidel, 2 never ends. */
const OVER_RELAXATION = 1.6;

/** Features that count: roughness is left out, as it is blurred. */
const COLOURS = 3;

/** Ties the neighbours of a level together. Leaves their squared differences in the bench. */
export function tie({ kernels, at }: Bench, { width, height, row, rows, features, plane }: Level): void {
  const { distances, scratch, skewed } = at;
  const sum = kernels.f32_distances(...distances, features, COLOURS, width, height, row, plane);
  const scale = -1 / (SOFTNESS * (sum / (2 * width * height)) + Number.EPSILON);
  kernels.f32_ties(scratch[0], distances[0], scale, LEAST_TIE, width - 1, height, row, rows);
  kernels.f32_ties(scratch[1], distances[1], scale, LEAST_TIE, width, height - 1, row, rows);
  kernels.f32_skew(skewed.right, scratch[0], rows, row);
  kernels.f32_skew(skewed.below, scratch[1], rows, row);
  const grid = [rows, row, skewed.plane] as const;
  kernels.f32_walk_weights(skewed.weights, skewed.right, skewed.below, EVIDENCE, OVER_RELAXATION, ...grid);
}

/** Lets the walker of the level that was tied last begin at these probabilities. */
export function start({ kernels, at }: Bench, { rows, row }: Level, probability: number): void {
  kernels.f32_skew(at.skewed.probability, probability, rows, row);
}

/** Moves its probabilities towards the balance of the bench's evidence and the ties: `sweeps` times there and back. */
export function walk({ kernels, at }: Bench, { rows, row, probability }: Level, sweeps: number): void {
  const { skewed } = at;
  kernels.f32_skew(skewed.evidence, at.evidence, rows, row);
  const grid = [rows, row, skewed.plane] as const;
  kernels.f32_walk(skewed.probability, skewed.evidence, skewed.weights, OVER_RELAXATION, sweeps, ...grid);
  kernels.f32_unskew(probability, skewed.probability, rows, row);
}
