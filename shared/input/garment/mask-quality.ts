/** @file How reliable a mask is, and warnings that help to take a better photo. */
import type { PhotoWarning } from '../../photo-warnings.ts';
import type * as compiled from './build/photo.ts';
import { readStructure } from './kernels.ts';
import type { Level, Workspace } from './workspace.ts';

// `satisfies` compares names and order with the compiled structures.
const [MASK_STATISTICS] = [
  ['area', 'inside', 'all', 'onBorder', 'across', 'crossings', 'differences', 'neighbours'],
] as const satisfies compiled.MaskStatistics;
const [MOMENTS] = [['area', 'x', 'y', 'xx', 'xy', 'yy']] as const satisfies compiled.Moments;

export interface MaskAssessment {
  /**
   * Reliability in 0..1: the product of the certainty, the contrast relative to other neighbours, the absolute contrast and the
   * share of the border that is not covered. For an ellipse it is multiplied by LOW_QUALITY. Photos without a garment have a low
   * value. A mask of the wrong object can still have a high value.
   */
  quality: number;
  warnings: PhotoWarning[];
  /** Mean probability inside the mask minus the mean probability outside. */
  certainty: number;
  /** Mean colour difference across the contour, on the scale of lightness (0..100). */
  contrast: number;
  /** Share of the picture that the mask covers. */
  share: number;
  /** Share of the picture's border that the mask covers. */
  cut: number;
  /** Area of the mask without holes, divided by the area of the ellipse with the same second moments: 1 for an ellipse, else less. */
  roundness: number;
}

/** A contour with this contrast counts half: noise and gradients reach it. */
const FAINT_CONTRAST = 2;

/** A photo of less quality gets a warning. A page of text has 0.27; the median of 290 photos of garments is 0.6. */
export const LOW_QUALITY = 0.3;

/**
 * Rounder objects are heads, balls or plates: at this resolution ellipses have 0.999 or more. The roundest of the data set's
 * 70,000 garments has 0.991, and none of 290 photos has more.
 */
const MAX_ROUNDNESS = 0.995;

/** A garment that covers more of the border is cut off by the picture. */
const MAX_CUT = 0.1;

/** A garment that covers less of the picture has few pixels. */
const MIN_SHARE = 0.04;

/** Added to mean differences before a division: they are zero in a picture of one colour. */
const EPSILON = 1e-6;

/**
 * Assesses the half-size mask by what photos without a garment have in common: undecided probabilities and a contour that is no
 * edge.
 * @param level the level that the random walker was prepared for last
 */
export function assessMask(workspace: Workspace, level: Level): MaskAssessment {
  const { width, height } = level;
  const size = width * height;
  const sums = maskStatistics(workspace, level);
  const share = sums.area / size;
  if (sums.area === 0 || sums.area === size) {
    return { quality: 0, warnings: [], certainty: 0, contrast: 0, share, cut: 0, roundness: 0 };
  }
  const contrast = sums.across / sums.crossings + EPSILON;
  const otherPairs = Math.max(1, sums.neighbours - sums.crossings);
  const elsewhere = (sums.differences - sums.across) / otherPairs + EPSILON;
  const certainty = Math.max(0, sums.inside / sums.area - (sums.all - sums.inside) / (size - sums.area));
  const edge = Math.max(0, 1 - elsewhere / contrast);
  const strength = contrast / (contrast + FAINT_CONTRAST);
  const cut = sums.onBorder / borderLength(level);
  const roundness = roundnessOf(workspace, level);
  const isRound = roundness > MAX_ROUNDNESS;
  const quality = certainty * edge * strength * (1 - cut) * (isRound ? LOW_QUALITY : 1);
  const warnings = warningsFor({ quality, share, cut, isRound });
  return { quality, warnings, certainty, contrast, share, cut, roundness };
}

function maskStatistics({ kernels, memory, addresses }: Workspace, level: Level) {
  const { width, height, stride, probability } = level;
  const { statistics, halfMask, differences } = addresses;
  kernels.f64_mask_statistics(statistics, halfMask, probability, ...differences, width, height, stride);
  return readStructure(memory, statistics, MASK_STATISTICS);
}

/**
 * Returns the roundness of the half-size mask. Its holes are filled first, so that a drawn outline is as round as a disc. Of all
 * shapes of one area the ellipse has the smallest second moments.
 */
function roundnessOf({ kernels, memory, addresses }: Workspace, level: Level): number {
  const { width, height, stride, count } = level;
  const { halfMask, mask: filled, scratch, statistics } = addresses;
  new Uint8Array(memory.buffer).copyWithin(filled, halfMask, halfMask + count);
  kernels.u8_clean(filled, ...scratch, 0, Number.POSITIVE_INFINITY, width, height, stride);
  kernels.f64_moments(statistics, filled, width, height, stride);
  const { area, x, y, xx, xy, yy } = readStructure(memory, statistics, MOMENTS);
  // A pixel is a square, not a point: its own variance is 1/12.
  const varianceX = xx / area - (x / area) ** 2 + 1 / 12;
  const varianceY = yy / area - (y / area) ** 2 + 1 / 12;
  const covariance = xy / area - (x / area) * (y / area);
  return area / (4 * Math.PI * Math.sqrt(varianceX * varianceY - covariance ** 2));
}

/** Number of pixels on the border of a picture. */
const borderLength = ({ width, height }: Level): number =>
  width * height - Math.max(0, width - 2) * Math.max(0, height - 2);

interface Faults {
  quality: number;
  share: number;
  cut: number;
  isRound: boolean;
}

function warningsFor({ quality, share, cut, isRound }: Faults): PhotoWarning[] {
  const warnings: PhotoWarning[] = [];
  if (isRound) warnings.push('round');
  else if (quality < LOW_QUALITY) warnings.push('low-contrast');
  if (cut > MAX_CUT) warnings.push('cut-off');
  if (share < MIN_SHARE) warnings.push('small');
  return warnings;
}
