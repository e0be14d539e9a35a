/**
 * @file Any picture → the 28 × 28 bytes that the network knows: grey, the object bright on black, its longest edge filling
 * the frame. Pure arithmetic on pixels; the trainer, the Worker and the browser run the same code.
 *
 * Fashion-MNIST was made from catalogue pictures on white: trimmed, longest edge scaled to 28, centred, negated (Xiao et
 * al., arXiv:1708.07747, section 2). The steps here do that for pictures whose background is not white.
 */
import type { Pixels } from '../decode/pixels.ts';
import { readAsIs } from './as-is.ts';
import { featuresOf } from './features.ts';
import { luminance, type Picture, shrink } from './flatten.ts';
import { type Box, boundingBox, type Size, tidy } from './mask.ts';
import { placeObject } from './place.ts';
import { type ProbabilityMap, resample } from './prior.ts';
import { judgeMask } from './quality.ts';
import { segment } from './segment.ts';
import { applyTone, toneOf } from './tone.ts';

/** Version of what this folder computes. It changes with every change of a result; a manifest names the one it was made for. */
export const PHOTO_PIPELINE = 2;

export interface PreparedPhoto {
  /** 28 × 28 grey bytes, row by row. Divided by 255 they are the network's input. */
  image: Uint8Array;
  /** In the order they ran, with what they found: `as-is` alone; or `mask`, `tone`, `place`; or `whole-frame`, `place`. */
  steps: PhotoStep[];
  /** Of the garment, in pixels of the decoded picture; where one was found. */
  box?: Box;
  /** Which pixels the garment covers, where it was told from the background. */
  mask?: AlphaMask;
  /** How far the picture is to be trusted, in 0..1; where that is known. */
  quality?: number;
  /** Sentences for whoever took the photo. */
  warnings: string[];
}

export interface PhotoStep {
  step: string;
  [detail: string]: number | string;
}

/** Covers the whole picture at a resolution of its own. */
export interface AlphaMask extends Size {
  /** 0..255 of each pixel, row by row. */
  data: Uint8Array;
}

/** Longest edge of what is looked at, in pixels; the garment is told from the floor at half of it, and at a quarter before. */
const WORK_EDGE = 192;

/** A mask of less quality than this is worse than none. */
const LEAST_QUALITY = 0.05;

/**
 * Prepares a picture of any size. Takes what is already a 28 × 28 image of the data set's kind as it is.
 * @param prior where the garment is expected, when something is known of that
 */
export function preparePhoto(pixels: Pixels, prior?: ProbabilityMap): PreparedPhoto {
  const asIs = readAsIs(pixels);
  if (asIs) return { image: asIs, steps: [{ step: 'as-is' }], warnings: [] };

  const picture = shrink(pixels, WORK_EDGE);
  const features = featuresOf(picture);
  const probability = segment(features, prior);
  const part = Uint8Array.from(probability.data, (p) => (p >= 0.5 ? 1 : 0));
  tidy(part, probability);
  const { quality, warnings, ...found } = judgeMask(features, probability.data, part);
  const mask = enlarge(probability, part, picture);
  if (quality < LEAST_QUALITY || !mask.includes(1)) {
    const frame = { left: 0, top: 0, width: picture.width, height: picture.height };
    return {
      image: placeObject(negate(picture), picture.width, frame),
      steps: [{ step: 'whole-frame', ...found }, { step: 'place' }],
      quality,
      warnings: ['Nothing stands out from the background.'],
    };
  }
  const box = boundingBox(mask, picture);
  const intensity = negate(picture);
  const tone = toneOf(intensity, mask);
  for (let i = 0; i < mask.length; i++) intensity[i] = mask[i] ? applyTone(tone, intensity[i]) : 0;
  return {
    image: placeObject(intensity, picture.width, box),
    steps: [{ step: 'mask', ...found }, { step: 'tone', ...tone }, { step: 'place' }],
    box: scaleBox(box, picture, pixels),
    mask: { width: picture.width, height: picture.height, data: mask.map((inside) => 255 * inside) },
    quality,
    warnings,
  };
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

/** A box in pixels of a picture of size `from`, in those of the same picture of size `to`. */
function scaleBox({ left, top, width, height }: Box, from: Size, to: Size): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { left: left * x, top: top * y, width: width * x, height: height * y };
}
