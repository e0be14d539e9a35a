/** @file How far a mask is to be trusted, and what would make a better photo. */
import type { Bench, Level } from './bench.ts';

export interface Judgement {
  /** In 0..1: the product of what follows, each in 0..1; low for an ellipse. A wrong mask can look good; one of nothing does not. */
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
  /** Area of the mask and its holes over that of the ellipse that spreads as far: 1 for an ellipse, less for all else. */
  roundness: number;
}

/** A contour of no more contrast than this is as good as none: noise and gradients have it. */
const FAINT = 2;

/** Up to this quality a photo gets a warning; a page of text has 0.27, the median of 290 photos of garments is 0.6. */
export const LOW_QUALITY = 0.3;

/**
 * What is rounder is a head, a ball or a plate: ellipses have 0.999 and more in these few pixels. None of the data set's 70,000 garments
 * has more than 0.991, and none of 290 photos.
 */
const MOST_ROUND = 0.995;

/** A garment that covers more of the border goes on beyond it; one that covers less of the picture has few pixels. */
const MOST_CUT = 0.1;
const LEAST_SHARE = 0.04;

/** Without a difference at all nothing is an edge. */
const NEARLY_NONE = 1e-6;

/**
 * Judges the bench's part by what shows in a photo without a garment: probabilities that do not decide, a contour that is no edge.
 * @param level whose neighbours were tied last
 */
export function judgePart(bench: Bench, level: Level): Judgement {
  const { kernels, memory, at } = bench;
  const { width, height, row, probability } = level;
  kernels.f64_contour(at.sums, at.part, probability, ...at.distances, width, height, row);
  const sums = new Float64Array(memory.buffer, at.sums, 8) as unknown as Sums;
  const [area, inside, all, covered, across, crossings, differences, neighbours] = sums;
  const size = width * height;
  const share = area / size;
  if (area === 0 || area === size) {
    return { quality: 0, warnings: [], certainty: 0, contrast: 0, share, cut: 0, roundness: 0 };
  }
  const contrast = across / crossings + NEARLY_NONE;
  const elsewhere = (differences - across) / Math.max(1, neighbours - crossings) + NEARLY_NONE;
  const certainty = Math.max(0, inside / area - (all - inside) / (size - area));
  const edge = Math.max(0, 1 - elsewhere / contrast);
  const strength = contrast / (contrast + FAINT);
  const cut = covered / bordersOf(width, height);
  const roundness = roundnessOf(bench, level);
  const isRound = roundness > MOST_ROUND;
  const quality = certainty * edge * strength * (1 - cut) * (isRound ? LOW_QUALITY : 1);
  const warnings = warn({ quality, share, cut, isRound });
  return { quality, warnings, certainty, contrast, share, cut, roundness };
}

/** Of the part with its holes, as a drawn outline has one. An ellipse has the least second moments of all that has its area. */
function roundnessOf({ kernels, memory, at }: Bench, { width, height, row, count }: Level): number {
  const filled = at.mask;
  new Uint8Array(memory.buffer).copyWithin(filled, at.part, at.part + count);
  kernels.u8_tidy(filled, ...at.scratch, at.seen, 0, Number.POSITIVE_INFINITY, width, height, row);
  kernels.f64_moments(at.sums, filled, width, height, row);
  const moments = new Float64Array(memory.buffer, at.sums, 6) as unknown as Moments;
  const [area, x, y, xx, xy, yy] = moments;
  // A pixel is an area, not a point.
  const across = xx / area - (x / area) ** 2 + 1 / 12;
  const down = yy / area - (y / area) ** 2 + 1 / 12;
  const both = xy / area - (x / area) * (y / area);
  return area / (4 * Math.PI * Math.sqrt(across * down - both ** 2));
}

type Moments = [area: number, x: number, y: number, xx: number, xy: number, yy: number];

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

interface Faults {
  quality: number;
  share: number;
  cut: number;
  isRound: boolean;
}

function warn({ quality, share, cut, isRound }: Faults): string[] {
  const warnings: string[] = [];
  if (isRound) warnings.push('What stands out is round, as no garment is.');
  else if (quality < LOW_QUALITY)
    warnings.push('The garment hardly stands out. A plain background of another colour helps.');
  if (cut > MOST_CUT) warnings.push('The garment goes on beyond the picture. Step back.');
  if (share < LEAST_SHARE) warnings.push('The garment is small. Go closer.');
  return warnings;
}
