/** @file The photo pipeline in plain loops and double precision: what its kernels are measured against. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { Box, Size } from '#shared/input/garment/mask.ts';
import type { ProbabilityMap } from '#shared/input/garment/prior.ts';
import { featuresOf } from './features.ts';
import { luminance, type Picture, shrink } from './flatten.ts';
import { boundingBox, tidy } from './mask.ts';
import { placeObject } from './place.ts';
import { judgeMask } from './quality.ts';
import { resample } from './resample.ts';
import { segment } from './segment.ts';
import { applyTone, toneOf } from './tone.ts';

export interface Prepared {
  image: Uint8Array;
  quality: number;
  /** Where a garment was found: in pixels of the shrunken picture, as is the mask. */
  found?: Size & { box: Box; mask: Uint8Array };
}

const WORK_EDGE = 192;

/** A mask of less quality than this is worse than none. */
const LEAST_QUALITY = 0.05;

export function referencePhoto(pixels: Pixels, prior?: ProbabilityMap): Prepared {
  const picture = shrink(pixels, WORK_EDGE);
  const { width, height } = picture;
  const features = featuresOf(picture);
  const probability = segment(features, prior);
  const part = Uint8Array.from(probability.data, (p) => (p >= 0.5 ? 1 : 0));
  tidy(part, probability);
  const quality = judgeMask(features, probability.data, part);
  const mask = enlarge(probability, part, picture);
  const intensity = negate(picture);
  if (quality < LEAST_QUALITY || !mask.includes(1)) {
    return { image: placeObject(intensity, width, { left: 0, top: 0, width, height }), quality };
  }
  const box = boundingBox(mask, picture);
  const tone = toneOf(intensity, mask);
  for (let i = 0; i < mask.length; i++) intensity[i] = mask[i] ? applyTone(tone, intensity[i]) : 0;
  return { image: placeObject(intensity, width, box), quality, found: { width, height, box, mask } };
}

/** The mask at the picture's size: smooth between the blocks that the probabilities stand for. */
function enlarge(probability: ProbabilityMap, part: Uint8Array, size: Size): Uint8Array {
  // What `tidy` removed is less likely than not, what it filled is as likely as not.
  const data = probability.data.map((p, i) => (part[i] ? Math.max(p, 0.5) : Math.min(p, 0.499)));
  const doubled = { width: 2 * probability.width, height: 2 * probability.height };
  const fine = resample({ ...probability, data }, doubled);
  const mask = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      if (fine[y * doubled.width + x] >= 0.5) mask[y * size.width + x] = 1;
    }
  }
  return mask;
}

/** 255 less the grey of each pixel: the data set's garments are bright where they were dark. */
function negate({ rgb }: Picture): Float32Array {
  const negated = new Float32Array(rgb.length / 3);
  for (let i = 0; i < negated.length; i++) {
    negated[i] = 255 - luminance(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
  }
  return negated;
}
