/** @file How far a mask is to be trusted, and what would make a better photo. */
import type { Bench, Level } from './bench.ts';

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

/** Without a difference at all nothing is an edge. */
const NEARLY_NONE = 1e-6;

/**
 * Judges the bench's part by what shows in a photo without a garment: probabilities that do not decide, a contour that is no edge.
 * @param level whose neighbours were tied last
 */
export function judgePart(
  { kernels, memory, at }: Bench,
  { width, height, row, probability }: Level,
): Judgement {
  kernels.f64_contour(at.sums, at.part, probability, ...at.distances, width, height, row);
  const sums = new Float64Array(memory.buffer, at.sums, 8) as unknown as Sums;
  const [area, inside, all, covered, across, crossings, differences, neighbours] = sums;
  const size = width * height;
  const share = area / size;
  if (area === 0 || area === size) {
    return { quality: 0, warnings: [], certainty: 0, contrast: 0, share, cut: 0 };
  }
  const contrast = across / crossings + NEARLY_NONE;
  const elsewhere = (differences - across) / Math.max(1, neighbours - crossings) + NEARLY_NONE;
  const certainty = Math.max(0, inside / area - (all - inside) / (size - area));
  const edge = Math.max(0, 1 - elsewhere / contrast);
  const strength = contrast / (contrast + FAINT);
  const cut = covered / bordersOf(width, height);
  const quality = certainty * edge * strength * (1 - cut);
  return { quality, warnings: warn(quality, share, cut), certainty, contrast, share, cut };
}

type Sums = [
  area: number,
  inside: number,
  all: number,
  covered: number,
  across: number,
  crossings: number,
  differences: number,
  neighbours: number,
];

/** Pixels on the border of a picture. */
const bordersOf = (width: number, height: number): number =>
  width * height - Math.max(0, width - 2) * Math.max(0, height - 2);

function warn(quality: number, share: number, cut: number): string[] {
  const warnings: string[] = [];
  if (quality < LOW_QUALITY)
    warnings.push('The garment hardly stands out. A plain background of another colour helps.');
  if (cut > MOST_CUT) warnings.push('The garment goes on beyond the picture. Step back.');
  if (share < LEAST_SHARE) warnings.push('The garment is small. Go closer.');
  return warnings;
}
