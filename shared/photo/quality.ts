/** @file How far a mask is to be trusted, and what would make a better photo. */
import { DIMENSIONS, type Features } from './features.ts';
import { onBorder } from './mask.ts';

export interface Judgement {
  /** In 0..1: the product of what follows, each in 0..1. A wrong mask can look good; one of nothing does not. */
  quality: number;
  /** For whoever took the photo. */
  warnings: string[];
  /** Mean probability in the mask less that around it. */
  certainty: number;
  /** Mean difference in colour across the contour, in hundredths of lightness. */
  contrast: number;
  /** Share of the picture, and of its border. */
  share: number;
  cut: number;
}

/** A contour of no more contrast than this is as good as none: noise and gradients have it. */
const FAINT = 2;

/** Up to this quality a photo gets a warning; a page of text has 0.27, the median of 290 photos of garments is 0.6. */
export const LOW_QUALITY = 0.3;

/** A garment that covers more of the border goes on beyond it; one that covers less of the picture has few pixels. */
const MOST_CUT = 0.1;
const LEAST_SHARE = 0.04;

/**
 * Judges by what shows in a photo without a garment: probabilities that do not decide, a contour that is no edge.
 * @param mask of the pixels of `features`, as are the probabilities
 */
export function judgeMask(features: Features, probability: Float32Array, mask: Uint8Array): Judgement {
  const contrast = colourSteps(features, mask);
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  if (area === 0 || area === mask.length) {
    return { quality: 0, warnings: [], certainty: 0, contrast: 0, share: area / mask.length, cut: 0 };
  }
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
  const [share, cut] = [area / mask.length, covered / border];
  const quality = certainty * edge * strength * (1 - cut);
  return { quality, warnings: warn(quality, share, cut), certainty, contrast: contrast.across, share, cut };
}

function warn(quality: number, share: number, cut: number): string[] {
  const warnings: string[] = [];
  if (quality < LOW_QUALITY)
    warnings.push('The garment hardly stands out. A plain background of another colour helps.');
  if (cut > MOST_CUT) warnings.push('The garment goes on beyond the picture. Step back.');
  if (share < LEAST_SHARE) warnings.push('The garment is small. Go closer.');
  return warnings;
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
