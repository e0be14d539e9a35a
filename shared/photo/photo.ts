/**
 * @file Any picture → the 28 × 28 bytes that the network knows: grey, the object bright on black, its longest edge filling
 * the frame. Pure arithmetic on pixels; the trainer, the Worker and the browser run the same code.
 *
 * Fashion-MNIST was made from catalogue pictures on white: trimmed, longest edge scaled to 28, centred, negated (Xiao et
 * al., arXiv:1708.07747, section 2). The steps here do that for pictures whose background is not white.
 */
import type { Pixels } from '../decode/pixels.ts';
import { IMAGE_PIXELS, IMAGE_SIZE } from '../labels.ts';
import { backgroundColours, distances } from './background.ts';
import { shrink } from './flatten.ts';
import { type Box, boundingBox, fillHoles, largestComponent, otsuThreshold, type Size } from './mask.ts';
import { placeObject } from './place.ts';

/** Version of what this folder computes. It changes with every change of a result; a manifest names the one it was made for. */
export const PHOTO_PIPELINE = 1;

export interface PreparedPhoto {
  /** 28 × 28 grey bytes, row by row. Divided by 255 they are the network's input. */
  image: Uint8Array;
  /** In the order they ran, with what they found: `as-is` alone, or `mask` or `whole-frame` followed by `place`. */
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

/** Longest edge at which the object is looked for, in pixels. */
const WORK_EDGE = 224;

/** A background and an object whose colours differ by less than this (Euclidean, 0..441) cannot be told apart. */
const LEAST_CONTRAST = 24;

/** Share of the frame that an object has at least. */
const LEAST_OBJECT = 0.005;

/** Prepares a picture of any size. Takes what is already a 28 × 28 image of the data set's kind as it is. */
export function preparePhoto(pixels: Pixels): PreparedPhoto {
  const asIs = readAsIs(pixels);
  if (asIs) return { image: asIs, steps: [{ step: 'as-is' }], warnings: [] };

  const picture = shrink(pixels, WORK_EDGE);
  const distance = distances(picture, backgroundColours(picture));
  const threshold = otsuThreshold(distance);
  const mask = largestComponent(distance, picture, threshold);
  fillHoles(mask, picture);
  const { area, box } = boundingBox(mask, picture);
  const found = { threshold, share: area / mask.length };
  if (threshold < LEAST_CONTRAST / 2 || found.share < LEAST_OBJECT) {
    mask.fill(1);
    const frame = { left: 0, top: 0, width: picture.width, height: picture.height };
    return {
      image: placeObject(picture, mask, frame),
      steps: [{ step: 'whole-frame', ...found }, { step: 'place' }],
      warnings: ['Nothing stands out from the background.'],
    };
  }
  return {
    image: placeObject(picture, mask, box),
    steps: [{ step: 'mask', ...found }, { step: 'place' }],
    box: scaleBox(box, picture, pixels),
    mask: { width: picture.width, height: picture.height, data: mask.map((inside) => 255 * inside) },
    warnings: [],
  };
}

/** A box in pixels of a picture of size `from`, in those of the same picture of size `to`. */
function scaleBox({ left, top, width, height }: Box, from: Size, to: Size): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { left: left * x, top: top * y, width: width * x, height: height * y };
}

/** A border pixel up to this is black, one from 255 minus this is white: JPEG moves black and white by a few. */
const BLACK = 16;

/**
 * The bytes of an image that needs nothing: 28 × 28, opaque, every pixel grey (red = green = blue), and on a black background:
 * of the 108 pixels along its border more are black than white. All 70,000 Fashion-MNIST images pass, by 27 pixels at
 * least; none of them passes negated.
 */
function readAsIs({ width, height, data }: Pixels): Uint8Array | undefined {
  if (width !== IMAGE_SIZE || height !== IMAGE_SIZE) return undefined;
  const image = new Uint8Array(IMAGE_PIXELS);
  let blackOverWhite = 0;
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    const [red, green, blue, alpha] = [
      data[4 * i] as number,
      data[4 * i + 1],
      data[4 * i + 2],
      data[4 * i + 3],
    ];
    if (red !== green || red !== blue || alpha !== 255) return undefined;
    image[i] = red;
    if (!isBorder(i)) continue;
    if (red <= BLACK) blackOverWhite += 1;
    else if (red >= 255 - BLACK) blackOverWhite -= 1;
  }
  return blackOverWhite > 0 ? image : undefined;
}

function isBorder(i: number): boolean {
  const [x, y] = [i % IMAGE_SIZE, Math.floor(i / IMAGE_SIZE)];
  return x === 0 || y === 0 || x === IMAGE_SIZE - 1 || y === IMAGE_SIZE - 1;
}
