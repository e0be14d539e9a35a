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
import { boundingBox, fillHoles, largestComponent, otsuThreshold } from './mask.ts';
import { placeObject } from './place.ts';

/** Version of what this folder computes. It changes with every change of a result; a manifest names the one it was made for. */
export const PHOTO_PIPELINE = 1;

/** Steps in the order they ran: `as-is` alone, or `mask` or `whole-frame` followed by `place`. */
type PhotoStep = 'as-is' | 'mask' | 'whole-frame' | 'place';

export interface PreparedPhoto {
  /** 28 × 28 grey bytes, row by row. Divided by 255 they are the network's input. */
  image: Uint8Array;
  steps: PhotoStep[];
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
  if (asIs) return { image: asIs, steps: ['as-is'] };

  const picture = shrink(pixels, WORK_EDGE);
  const distance = distances(picture, backgroundColours(picture));
  const threshold = otsuThreshold(distance);
  const mask = largestComponent(distance, picture, threshold);
  fillHoles(mask, picture);
  const { area, box } = boundingBox(mask, picture);
  if (threshold < LEAST_CONTRAST / 2 || area < LEAST_OBJECT * mask.length) {
    mask.fill(1);
    const frame = { left: 0, top: 0, width: picture.width, height: picture.height };
    return { image: placeObject(picture, mask, frame), steps: ['whole-frame', 'place'] };
  }
  return { image: placeObject(picture, mask, box), steps: ['mask', 'place'] };
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
