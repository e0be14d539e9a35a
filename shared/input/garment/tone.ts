/** @file How bright a garment is drawn: about as bright as the data set's garments, with as much between its lights and darks. */
import type { Bench, Grid } from './bench.ts';

/** Intensity · contrast + brightness, within 1..255: 0 is what is outside. */
export interface Tone {
  readonly contrast: number;
  readonly brightness: number;
}

/** Between these lie the median intensities of 80 % of the training images' garments. */
const [DARKEST, BRIGHTEST] = [78, 222];

/** Their quartiles are at least so far apart in 90 %; a plain garment's seams and buttons are in what its quartiles tell apart. */
const LEAST_SPREAD = 20;

/** More would make a garment of the camera's noise. */
const MOST_CONTRAST = 2;

/** The tone for the bench's intensities in its mask. */
export function findTone({ kernels, memory, at }: Bench, { width, height, row }: Grid): Tone {
  kernels.u32_histogram(at.histogram, at.intensity, at.mask, width, height, row);
  return toneOf(new Uint32Array(memory.buffer, at.histogram, 256));
}

/**
 * The mildest tone that brings the median and the quartiles of a garment's intensities into the data set's range.
 * @param histogram [256] how many pixels have an intensity, rounded
 */
export function toneOf(histogram: Uint32Array): Tone {
  const count = histogram.reduce((sum, pixels) => sum + pixels);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(histogram, share * count));
  const contrast = Math.min(MOST_CONTRAST, Math.max(1, LEAST_SPREAD / Math.max(1, high - low)));
  return { contrast, brightness: Math.min(BRIGHTEST, Math.max(DARKEST, median)) - contrast * median };
}

/** Applies it to the bench's intensities in the mask; around it is 0. */
export function applyTone({ kernels, at }: Bench, { count }: Grid, { contrast, brightness }: Tone): void {
  kernels.f32_tone(at.intensity, at.mask, contrast, brightness, 1, 255, count);
}

/** The least value that `count` values do not exceed. */
function quantile(histogram: Uint32Array, count: number): number {
  let below = 0;
  for (let value = 0; value < histogram.length; value++) {
    below += histogram[value];
    if (below >= count) return value;
  }
  return 255;
}
