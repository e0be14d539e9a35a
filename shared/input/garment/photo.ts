/**
 * @file The photo pipeline: any picture → the 28 × 28 grey bytes that the network takes, with the garment bright on black and its
 * longest edge filling the frame. The trainer, the Worker and the browser run the same code.
 *
 * Fashion-MNIST was made from catalogue pictures on white: trimmed, scaled to a longest edge of 28, centred, negated (Xiao et
 * al., arXiv:1708.07747, section 2). The pipeline does the same for pictures on any background.
 */
import type { Pixels, Size } from '../../decode/pixels.ts';
import { lazy } from '../../lazy.ts';
import type { PhotoWarning } from '../../photo-warnings.ts';
import { readDatasetImage } from './dataset-image.ts';
import { downscale, downscaledSize } from './downscale.ts';
import { computeFeatures } from './features.ts';
import { type Box, type Grid, scaleBox } from './geometry.ts';
import { boundingBox, computeHalfMask, readMask, upscaleMask } from './mask.ts';
import { assessMask } from './mask-quality.ts';
import { placeObject } from './placement.ts';
import { centrePrior, type ProbabilityMap } from './prior.ts';
import { segment } from './segment.ts';
import { applyTone, findTone } from './tone.ts';
import { levelsOf, openWorkspace, WORK_EDGE, type Workspace } from './workspace.ts';

/**
 * Version of the pipeline. It changes whenever a result changes. A manifest names the version that its model was made for.
 * Version 3 decodes a JPEG at the smallest scale that has the pixels that the pipeline needs.
 */
export const PHOTO_PIPELINE = 3;

/** The version that decodes a JPEG of up to 2 megapixels at full size. All else is the same, so models for it are still served. */
export const FULL_SIZE_PIPELINE = 2;

export interface PreparedPhoto {
  /** 28 × 28 grey bytes, row by row. Divided by 255 they are the network's input. */
  image: Uint8Array;
  /** The steps that ran, in order, with their results: `as-is`; or `mask`, `tone`, `place`; or `whole-frame`, `place`. */
  steps: PhotoStep[];
  /** The garment's box in pixels of the whole picture, when a garment was found. */
  box?: Box;
  /** The pixels that the garment covers, when a garment was found. */
  mask?: AlphaMask;
  /** Reliability of the mask in 0..1. Missing when the picture needed no mask. */
  quality?: number;
  warnings: PhotoWarning[];
}

export interface PhotoStep {
  step: string;
  [detail: string]: number | string;
}

/** A mask of the whole picture. Its resolution is independent of the picture's. */
export interface AlphaMask extends Size {
  /** 0..255 for each pixel, row by row. */
  data: Uint8Array;
}

/** A mask of less quality is not used: the whole picture gives better results. */
const MIN_QUALITY = 0.05;

/**
 * Prepares a picture of any size for the network. Returns an image that already has the data set's form unchanged.
 * @param prior where the garment is expected, up to WORK_EDGE pixels in each direction; by default in the centre
 */
export type PreparePhoto = (pixels: Pixels, prior?: ProbabilityMap) => PreparedPhoto;

/**
 * Creates the pipeline. It allocates its memory when the first picture needs it.
 * @param module the compiled build/photo.wasm
 */
export function photoPipeline(module: WebAssembly.Module): PreparePhoto {
  const workspace = lazy(() => openWorkspace(module));
  const centre = lazy(centrePrior);
  return (pixels, prior = centre()) => {
    const warnings = pixels.warnings ?? [];
    const image = readDatasetImage(pixels);
    if (image) return { image, steps: [{ step: 'as-is' }], warnings: [...warnings] };
    const photo = preparePhoto(workspace(), pixels, prior);
    return { ...photo, warnings: [...warnings, ...photo.warnings] };
  };
}

function preparePhoto(workspace: Workspace, pixels: Pixels, prior: ProbabilityMap): PreparedPhoto {
  const { picture, fine, coarse } = levelsOf(workspace, downscaledSize(pixels, WORK_EDGE));
  downscale(workspace, pixels, picture);
  computeFeatures(workspace, picture, fine);
  segment(workspace, fine, coarse, prior);
  computeHalfMask(workspace, fine);
  const { quality, warnings, ...assessment } = assessMask(workspace, fine);
  upscaleMask(workspace, fine, picture);
  const box = boundingBox(workspace, picture);
  if (quality < MIN_QUALITY || !box) {
    return {
      image: placeWholeFrame(workspace, picture),
      steps: [{ step: 'whole-frame', ...assessment }, { step: 'place' }],
      quality,
      warnings: ['no-garment'],
    };
  }
  const tone = findTone(workspace, picture);
  applyTone(workspace, picture, tone);
  return {
    image: placeObject(workspace, picture, box),
    steps: [{ step: 'mask', ...assessment }, { step: 'tone', ...tone }, { step: 'place' }],
    box: scaleBox(box, picture, pixels.fullSize ?? pixels),
    mask: { width: picture.width, height: picture.height, data: readMask(workspace, picture) },
    quality,
    warnings,
  };
}

const placeWholeFrame = (workspace: Workspace, picture: Grid): Uint8Array =>
  placeObject(workspace, picture, { left: 0, top: 0, width: picture.width, height: picture.height });
