/** @file How bright a garment is drawn: about as bright as the data set's garments, with as much between its lights and darks. */

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

/** The mildest tone that brings the median and the quartiles of the intensities (0..255) in the mask into the data set's range. */
export function toneOf(intensities: Float32Array, mask: Uint8Array): Tone {
  const histogram = new Uint32Array(256);
  let count = 0;
  for (let i = 0; i < mask.length; i++) {
    histogram[Math.round(intensities[i])] += mask[i];
    count += mask[i];
  }
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(histogram, share * count));
  const contrast = Math.min(MOST_CONTRAST, Math.max(1, LEAST_SPREAD / Math.max(1, high - low)));
  return { contrast, brightness: Math.min(BRIGHTEST, Math.max(DARKEST, median)) - contrast * median };
}

export const applyTone = ({ contrast, brightness }: Tone, intensity: number): number =>
  Math.min(255, Math.max(1, contrast * intensity + brightness));

/** The least value that `count` values do not exceed. */
function quantile(histogram: Uint32Array, count: number): number {
  let below = 0;
  for (let value = 0; value < histogram.length; value++) {
    below += histogram[value];
    if (below >= count) return value;
  }
  return 255;
}
