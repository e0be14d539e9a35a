/**
 * @file Random walker with priors (Grady, "Multilabel random walker image segmentation using prior models", CVPR 2005): each
 * pixel's probability is drawn to its own evidence and to its neighbours' probability, less so across an edge.
 */

import type { Size } from '#shared/input/garment/mask.ts';
import { DIMENSIONS, type Features } from './features.ts';

/** How strongly neighbours are tied, in 0..1. All arrays here have a frame of one pixel around the picture, tied to nothing. */
export interface Ties extends Size {
  /** Of each pixel to the next in its row. */
  readonly right: Float32Array;
  /** To the one below. */
  readonly below: Float32Array;
  /** 1 / (EVIDENCE + a pixel's four ties). */
  readonly inverse: Float32Array;
}

/** How much of the mean squared difference of neighbours halves a tie, about: edges are what stands out in this picture. */
const SOFTNESS = 0.5;

/** What is left across the strongest edge: no pixel is alone. */
const LEAST_TIE = 0.01;

/** Weight of a pixel's own evidence; a neighbour that looks the same has 1. */
const EVIDENCE = 0.05;

/** Of successive over-relaxation (Young 1954): 1 would be Gauss–Seidel, 2 never ends. */
const OVER_RELAXATION = 1.6;

export function tiesOf({ width, height, data }: Features): Ties {
  const stride = width + 2;
  const [right, below, inverse] = [0, 0, 0].map(() => new Float32Array(stride * (height + 2)));
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [i, to] = [y * width + x, (y + 1) * stride + x + 1];
      if (x < width - 1) right[to] = colourDifference(data, i, i + 1);
      if (y < height - 1) below[to] = colourDifference(data, i, i + width);
      sum += right[to] + below[to];
    }
  }
  const scale = -1 / (SOFTNESS * (sum / (2 * width * height)) + Number.EPSILON);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y + 1) * stride + x + 1;
      right[i] = x < width - 1 ? Math.exp(scale * right[i]) + LEAST_TIE : 0;
      below[i] = y < height - 1 ? Math.exp(scale * below[i]) + LEAST_TIE : 0;
      inverse[i] = 1 / (EVIDENCE + right[i] + below[i] + right[i - 1] + below[i - stride]);
    }
  }
  return { width, height, right, below, inverse };
}

/** Moves `probability` towards the balance of `evidence` and ties, in place: `sweeps` times there and back. */
export function walk(
  { width, height, right, below, inverse }: Ties,
  evidence: Float32Array,
  probability: Float32Array,
  sweeps: number,
): void {
  const stride = width + 2;
  const relax = (i: number) => {
    const sum =
      EVIDENCE * evidence[i] +
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
  // Over-relaxation may have gone too far on its last sweep.
  for (let i = 0; i < probability.length; i++) probability[i] = Math.min(1, Math.max(0, probability[i]));
}

/** A map of a picture with the frame around it. */
export function withFrame(map: Float32Array, { width, height }: Size): Float32Array {
  const framed = new Float32Array((width + 2) * (height + 2));
  for (let y = 0; y < height; y++) {
    framed.set(map.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  }
  return framed;
}

/** The same without. */
export function withoutFrame(framed: Float32Array, { width, height }: Size): Float32Array {
  const map = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (y + 1) * (width + 2) + 1;
    map.set(framed.subarray(from, from + width), y * width);
  }
  return map;
}

/** Squared; roughness is left out, as it is blurred. */
function colourDifference(data: Float32Array, a: number, b: number): number {
  const [i, j] = [DIMENSIONS * a, DIMENSIONS * b];
  return (data[i] - data[j]) ** 2 + (data[i + 1] - data[j + 1]) ** 2 + (data[i + 2] - data[j + 2]) ** 2;
}
