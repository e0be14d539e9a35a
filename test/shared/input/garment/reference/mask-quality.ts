/** @file Reference: how reliable a mask is. */

import { isOnBorder } from '#shared/input/garment/geometry.ts';
import { FEATURE_COUNT, type Features } from './features.ts';

/** A contour with this contrast counts half: noise and gradients reach it. */
const FAINT_CONTRAST = 2;

/** Added to mean differences before a division: they are zero in a picture of one colour. */
const EPSILON = 1e-6;

/**
 * Returns the quality of a mask in 0..1. It is low for what photos without a garment have in common: undecided probabilities and
 * a contour that is no edge.
 * @param mask of the pixels of `features`, as are the probabilities
 */
export function assessMask(features: Features, probability: Float32Array, mask: Uint8Array): number {
  const contrast = colourDifferences(features, mask);
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  if (area === 0 || area === mask.length) return 0;
  let [inside, all, border, onBorder] = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    all += probability[i];
    if (mask[i]) inside += probability[i];
    if (!isOnBorder(i, features)) continue;
    border += 1;
    onBorder += mask[i];
  }
  const certainty = Math.max(0, inside / area - (all - inside) / (mask.length - area));
  const edge = Math.max(0, 1 - contrast.elsewhere / contrast.across);
  const strength = contrast.across / (contrast.across + FAINT_CONTRAST);
  return certainty * edge * strength * (1 - onBorder / border);
}

/** Returns the mean colour difference of neighbours on the two sides of the contour, and that of all other neighbours. */
function colourDifferences(
  { width, height, data }: Features,
  mask: Uint8Array,
): { across: number; elsewhere: number } {
  const sums = [0, 0];
  const counts = [0, 0];
  const compare = (i: number, j: number) => {
    const [a, b] = [FEATURE_COUNT * i, FEATURE_COUNT * j];
    const isAcross = mask[i] === mask[j] ? 0 : 1;
    sums[isAcross] += Math.sqrt(
      (data[a] - data[b]) ** 2 + (data[a + 1] - data[b + 1]) ** 2 + (data[a + 2] - data[b + 2]) ** 2,
    );
    counts[isAcross] += 1;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x < width - 1) compare(i, i + 1);
      if (y < height - 1) compare(i, i + width);
    }
  }
  return {
    across: sums[1] / Math.max(1, counts[1]) + EPSILON,
    elsewhere: sums[0] / Math.max(1, counts[0]) + EPSILON,
  };
}
