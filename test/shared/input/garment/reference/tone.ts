/** @file Reference: brings a garment's brightness and contrast into the range of the data set's garments. */

/** Maps an intensity to contrast · intensity + brightness, clamped to 1..255. 0 is reserved for pixels outside the mask. */
export interface Tone {
  readonly contrast: number;
  readonly brightness: number;
}

/** Range of the median intensities of 80 % of the garments in the training images. */
const [MIN_MEDIAN, MAX_MEDIAN] = [78, 222];

/** The quartiles of 90 % of them are at least this far apart. In a plain garment this spread makes seams and buttons visible. */
const MIN_SPREAD = 20;

/** A higher contrast would amplify the camera's noise. */
const MAX_CONTRAST = 2;

/**
 * Returns the smallest change that brings median and quartiles of the intensities (0..255) in the mask into the data set's range.
 */
export function toneOf(intensities: Float32Array, mask: Uint8Array): Tone {
  const histogram = new Uint32Array(256);
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    histogram[Math.round(intensities[i])] += mask[i];
    count += mask[i];
  }
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(histogram, share * count));
  const contrast = Math.min(MAX_CONTRAST, Math.max(1, MIN_SPREAD / Math.max(1, high - low)));
  return { contrast, brightness: Math.min(MAX_MEDIAN, Math.max(MIN_MEDIAN, median)) - contrast * median };
}

export const applyTone = ({ contrast, brightness }: Tone, intensity: number): number =>
  Math.min(255, Math.max(1, contrast * intensity + brightness));

/** Returns the smallest value v such that at least `count` values are v or less. */
function quantile(histogram: Uint32Array, count: number): number {
  let below = 0;
  for (let value = 0; value < histogram.length; value++) {
    below += histogram[value];
    if (below >= count) return value;
  }
  return 255;
}
