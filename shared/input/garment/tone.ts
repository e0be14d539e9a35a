/** @file The tone: brings a garment's brightness and contrast into the range of the data set's garments. */
import type { Grid } from './geometry.ts';
import type { Workspace } from './workspace.ts';

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

/** Returns the tone for the workspace's intensities inside its mask. */
export function findTone({ kernels, memory, addresses }: Workspace, { width, height, stride }: Grid): Tone {
  const { histogram, intensity, mask } = addresses;
  kernels.u32_histogram(histogram, intensity, mask, width, height, stride);
  return toneOf(new Uint32Array(memory.buffer, histogram, 256));
}

/**
 * Returns the smallest change that brings the median and the quartiles of a garment's intensities into the data set's range.
 * @param histogram [256] number of pixels with each rounded intensity
 */
export function toneOf(histogram: Uint32Array): Tone {
  const count = histogram.reduce((sum, pixels) => sum + pixels);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(histogram, share * count));
  const contrast = Math.min(MAX_CONTRAST, Math.max(1, MIN_SPREAD / Math.max(1, high - low)));
  return { contrast, brightness: Math.min(MAX_MEDIAN, Math.max(MIN_MEDIAN, median)) - contrast * median };
}

/** Applies a tone to the workspace's intensities inside its mask, and sets those outside to 0. */
export function applyTone(
  { kernels, addresses }: Workspace,
  { count }: Grid,
  { contrast, brightness }: Tone,
): void {
  kernels.f32_tone(addresses.intensity, addresses.mask, contrast, brightness, 1, 255, count);
}

/** Returns the smallest value v such that at least `count` values are v or less. */
function quantile(histogram: Uint32Array, count: number): number {
  let below = 0;
  for (let value = 0; value < histogram.length; value++) {
    below += histogram[value];
    if (below >= count) return value;
  }
  return 255;
}
