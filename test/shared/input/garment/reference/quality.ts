/** @file How far a mask is to be trusted. */

import { onBorder } from '#shared/input/garment/mask.ts';
import { DIMENSIONS, type Features } from './features.ts';

/** A contour of no more contrast than this is as good as none. */
const FAINT = 2;

/**
 * Judges by what shows in a photo without a garment: probabilities that do not decide, a contour that is no edge.
 * @param mask of the pixels of `features`, as are the probabilities
 */
export function judgeMask(features: Features, probability: Float32Array, mask: Uint8Array): number {
  const contrast = colourSteps(features, mask);
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  if (area === 0 || area === mask.length) return 0;
  let [inside, all, border, covered] = [0, 0, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    all += probability[i];
    if (mask[i]) inside += probability[i];
    if (!onBorder(i, features)) continue;
    border += 1;
    covered += mask[i];
  }
  const certainty = Math.max(0, inside / area - (all - inside) / (mask.length - area));
  const edge = Math.max(0, 1 - contrast.elsewhere / contrast.across);
  const strength = contrast.across / (contrast.across + FAINT);
  return certainty * edge * strength * (1 - covered / border);
}

/** The mean difference in colour of neighbours on two sides of the contour, and of others. */
function colourSteps(
  { width, height, data }: Features,
  mask: Uint8Array,
): { across: number; elsewhere: number } {
  const sums = [0, 0];
  const counts = [0, 0];
  const compare = (i: number, j: number) => {
    const [a, b] = [DIMENSIONS * i, DIMENSIONS * j];
    const apart = mask[i] === mask[j] ? 0 : 1;
    sums[apart] += Math.sqrt(
      (data[a] - data[b]) ** 2 + (data[a + 1] - data[b + 1]) ** 2 + (data[a + 2] - data[b + 2]) ** 2,
    );
    counts[apart] += 1;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x < width - 1) compare(i, i + 1);
      if (y < height - 1) compare(i, i + width);
    }
  }
  // Without a difference at all nothing is an edge.
  return {
    across: sums[1] / Math.max(1, counts[1]) + 1e-6,
    elsewhere: sums[0] / Math.max(1, counts[0]) + 1e-6,
  };
}
