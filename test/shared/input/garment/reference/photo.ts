/** @file Reference: the photo pipeline in plain loops and double precision. The tests compare the kernels with it. */
import type { Pixels, Size } from '#shared/decode/pixels.ts';
import type { Box } from '#shared/input/garment/geometry.ts';
import type { ProbabilityMap } from '#shared/input/garment/prior.ts';
import { downscale, luma, type Picture } from './downscale.ts';
import { featuresOf } from './features.ts';
import { boundingBox, cleanMask } from './mask.ts';
import { assessMask } from './mask-quality.ts';
import { placeObject } from './placement.ts';
import { resample } from './resample.ts';
import { segment } from './segment.ts';
import { applyTone, toneOf } from './tone.ts';

export interface ReferencePhoto {
  image: Uint8Array;
  quality: number;
  /** Box and mask of the garment in pixels of the downscaled picture, when a garment was found. */
  found?: Size & { box: Box; mask: Uint8Array };
}

const WORK_EDGE = 192;

/** A mask of less quality is not used: the whole picture gives better results. */
const MIN_QUALITY = 0.05;

export function referencePhoto(pixels: Pixels, prior?: ProbabilityMap): ReferencePhoto {
  const picture = downscale(pixels, WORK_EDGE);
  const { width, height } = picture;
  const features = featuresOf(picture);
  const probability = segment(features, prior);
  const halfMask = Uint8Array.from(probability.data, (p) => (p >= 0.5 ? 1 : 0));
  cleanMask(halfMask, probability);
  const quality = assessMask(features, probability.data, halfMask);
  const mask = upscaleMask(probability, halfMask, picture);
  const intensity = invertedLuma(picture);
  if (quality < MIN_QUALITY || !mask.includes(1)) {
    return { image: placeObject(intensity, width, { left: 0, top: 0, width, height }), quality };
  }
  const box = boundingBox(mask, picture);
  const tone = toneOf(intensity, mask);
  for (let i = 0; i < mask.length; i++) intensity[i] = mask[i] ? applyTone(tone, intensity[i]) : 0;
  return { image: placeObject(intensity, width, box), quality, found: { width, height, box, mask } };
}

/** Returns the mask at the picture's size. The probabilities in between make its contour smooth. */
function upscaleMask(probability: ProbabilityMap, halfMask: Uint8Array, size: Size): Uint8Array {
  // Removed components get a probability below the threshold of 0.5, filled holes one at the threshold.
  const data = probability.data.map((p, i) => (halfMask[i] ? Math.max(p, 0.5) : Math.min(p, 0.499)));
  const doubled = { width: 2 * probability.width, height: 2 * probability.height };
  const upscaled = resample({ ...probability, data }, doubled);
  const mask = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      if (upscaled[y * doubled.width + x] >= 0.5) mask[y * size.width + x] = 1;
    }
  }
  return mask;
}

/** Returns 255 − luma of each pixel: garments of the data set are bright where the product was dark. */
function invertedLuma({ rgb }: Picture): Float32Array {
  const inverted = new Float32Array(rgb.length / 3);
  for (let i = 0; i < inverted.length; i++) {
    inverted[i] = 255 - luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
  }
  return inverted;
}
