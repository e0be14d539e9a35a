/**
 * @file Reference: random walker with priors (Grady, "Multilabel random walker image segmentation using prior models", CVPR
 * 2005). All arrays have a frame of one pixel around the picture. Its affinities are zero, so that loops need no special case at
 * the border.
 */

import type { Size } from '#shared/decode/pixels.ts';
import { FEATURE_COUNT, type Features } from './features.ts';

/** How similar neighbouring pixels are, in 0..1. */
export interface Affinities extends Size {
  /** Of each pixel to the next in its row. */
  readonly right: Float32Array;
  /** Of each pixel to the next in its column. */
  readonly below: Float32Array;
  /** 1 / (EVIDENCE_WEIGHT + the four affinities of a pixel). */
  readonly inverse: Float32Array;
}

/** Share of the picture's mean squared difference of neighbours at which the affinity falls to 1/e. */
const SOFTNESS = 0.5;

/** Affinity across the strongest edge. It is not 0, so that no pixel is isolated. */
const MIN_AFFINITY = 0.01;

/** Weight of a pixel's own evidence. A neighbour of the same colour has weight 1. */
const EVIDENCE_WEIGHT = 0.05;

/** Factor of successive over-relaxation (Young 1954). 1 is Gauss–Seidel; from 2 on it does not converge. */
const OVER_RELAXATION = 1.6;

export function affinitiesOf({ width, height, data }: Features): Affinities {
  const stride = width + 2;
  const [right, below, inverse] = [0, 0, 0].map(() => new Float32Array(stride * (height + 2)));
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [i, to] = [y * width + x, (y + 1) * stride + x + 1];
      if (x < width - 1) right[to] = squaredDifference(data, i, i + 1);
      if (y < height - 1) below[to] = squaredDifference(data, i, i + width);
      sum += right[to] + below[to];
    }
  }
  const scale = -1 / (SOFTNESS * (sum / (2 * width * height)) + Number.EPSILON);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y + 1) * stride + x + 1;
      right[i] = x < width - 1 ? Math.exp(scale * right[i]) + MIN_AFFINITY : 0;
      below[i] = y < height - 1 ? Math.exp(scale * below[i]) + MIN_AFFINITY : 0;
      inverse[i] = 1 / (EVIDENCE_WEIGHT + right[i] + below[i] + right[i - 1] + below[i - stride]);
    }
  }
  return { width, height, right, below, inverse };
}

/**
 * Relaxes `probability` towards the balance of `evidence` and affinities, in place.
 * @param sweeps passes over the picture, each forwards and backwards
 */
export function runWalker(
  { width, height, right, below, inverse }: Affinities,
  evidence: Float32Array,
  probability: Float32Array,
  sweeps: number,
): void {
  const stride = width + 2;
  const relax = (i: number) => {
    const sum =
      EVIDENCE_WEIGHT * evidence[i] +
      right[i] * probability[i + 1] +
      right[i - 1] * probability[i - 1] +
      below[i] * probability[i + stride] +
      below[i - stride] * probability[i - stride];
    probability[i] += OVER_RELAXATION * (sum * inverse[i] - probability[i]);
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let y = 1; y <= height; y++) for (let i = y * stride + 1; i <= y * stride + width; i++) relax(i);
    for (let y = height; y >= 1; y--) for (let i = y * stride + width; i > y * stride; i--) relax(i);
  }
  // Over-relaxation can overshoot.
  for (let i = 0; i < probability.length; i++) probability[i] = Math.min(1, Math.max(0, probability[i]));
}

/** Returns a copy of a picture's map with the frame around it. */
export function withFrame(map: Float32Array, { width, height }: Size): Float32Array {
  const framed = new Float32Array((width + 2) * (height + 2));
  for (let y = 0; y < height; y++) {
    framed.set(map.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  }
  return framed;
}

/** Returns a copy of a framed map without its frame. */
export function withoutFrame(framed: Float32Array, { width, height }: Size): Float32Array {
  const map = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + 1) * (width + 2) + 1;
    map.set(framed.subarray(from, from + width), y * width);
  }
  return map;
}

/** Roughness is left out, because it is blurred. */
function squaredDifference(data: Float32Array, a: number, b: number): number {
  const [i, j] = [FEATURE_COUNT * a, FEATURE_COUNT * b];
  return (data[i] - data[j]) ** 2 + (data[i + 1] - data[j + 1]) ** 2 + (data[i + 2] - data[j + 2]) ** 2;
}
