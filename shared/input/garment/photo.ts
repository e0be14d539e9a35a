/**
 * @file Any picture → the 28 × 28 bytes that the network knows: grey, the object bright on black, its longest edge filling
 * the frame. Pure arithmetic on pixels; the trainer, the Worker and the browser run the same code.
 *
 * Fashion-MNIST was made from catalogue pictures on white: trimmed, longest edge scaled to 28, centred, negated (Xiao et
 * al., arXiv:1708.07747, section 2). The steps here do that for pictures whose background is not white.
 */
import type { Pixels } from '../../decode/pixels.ts';
import { lazy } from '../../lazy.ts';
import { readAsIs } from './as-is.ts';
import { type Bench, levelsOf, openBench, WORK_EDGE } from './bench.ts';
import { findFeatures } from './features.ts';
import { shrink, smallSize } from './flatten.ts';
import { type Box, boundingBox, enlarge, findPart, readMask, type Size } from './mask.ts';
import { placeObject } from './place.ts';
import { centrePrior, type ProbabilityMap } from './prior.ts';
import { judgePart } from './quality.ts';
import { segment } from './segment.ts';
import { applyTone, findTone } from './tone.ts';

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

/** A mask of less quality than this is worse than none. */
const LEAST_QUALITY = 0.05;

/**
 * Prepares a picture of any size. Takes what is already a 28 × 28 image of the data set's kind as it is.
 * @param prior where the garment is expected, when something is known of that: up to WORK_EDGE pixels each way
 */
export type PreparePhoto = (pixels: Pixels, prior?: ProbabilityMap) => PreparedPhoto;

/**
 * The pipeline on its kernels, which get their memory with the first picture that needs them.
 * @param module build/photo.wasm
 */
export function photoPipeline(module: WebAssembly.Module): PreparePhoto {
  const bench = lazy(() => openBench(module));
  return (pixels, prior = centrePrior()) => {
    const image = readAsIs(pixels);
    return image ? { image, steps: [{ step: 'as-is' }], warnings: [] } : cutOut(bench(), pixels, prior);
  };
}

function cutOut(bench: Bench, pixels: Pixels, prior: ProbabilityMap): PreparedPhoto {
  const { picture, fine, coarse } = levelsOf(bench, smallSize(pixels, WORK_EDGE));
  shrink(bench, pixels, picture);
  findFeatures(bench, picture, fine);
  segment(bench, fine, coarse, prior);
  findPart(bench, fine);
  const { quality, warnings, ...found } = judgePart(bench, fine);
  enlarge(bench, fine, picture);
  const box = boundingBox(bench, picture);
  if (quality < LEAST_QUALITY || !box) {
    const frame = { left: 0, top: 0, width: picture.width, height: picture.height };
    return {
      image: placeObject(bench, picture, frame),
      steps: [{ step: 'whole-frame', ...found }, { step: 'place' }],
      quality,
      warnings: ['Nothing stands out from the background.'],
    };
  }
  const tone = findTone(bench, picture);
  applyTone(bench, picture, tone);
  return {
    image: placeObject(bench, picture, box),
    steps: [{ step: 'mask', ...found }, { step: 'tone', ...tone }, { step: 'place' }],
    box: scaleBox(box, picture, pixels),
    mask: { width: picture.width, height: picture.height, data: readMask(bench, picture) },
    quality,
    warnings,
  };
}

/** A box in pixels of a picture of size `from`, in those of the same picture of size `to`. */
function scaleBox({ left, top, width, height }: Box, from: Size, to: Size): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { left: left * x, top: top * y, width: width * x, height: height * y };
}
