/** @file The current image in three forms: the network's input, and the photo in colour and in grey. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Plane } from '../canvas/plane.ts';
import { type Colours, greyOf, reduce } from '../picture/reduce.ts';

export interface SourcePicture {
  /** The network's input, 28 × 28 bytes. */
  image: Uint8Array;
  /** The photo in colour; missing when the image comes from a link, which holds only the network's input. */
  colour?: Colours;
  /** The photo in grey, in 0..1; missing like `colour`. */
  grey?: Plane;
}

/** Longest edge in colour, in pixels: few enough that a visitor can point at one. */
const COLOUR_EDGE = 64;

/** Longest edge in grey, in pixels: enough for a visible effect of kernels. */
export const GREY_EDGE = 96;

export const EMPTY_PICTURE: SourcePicture = { image: new Uint8Array(IMAGE_PIXELS) };

export const sourcePicture = (pixels: Pixels, { image }: Pick<PreparedPhoto, 'image'>): SourcePicture => ({
  image,
  colour: reduce(pixels, COLOUR_EDGE),
  grey: greyPlane(pixels),
});

export const greyPlane = (pixels: Pixels): Plane => greyOf(reduce(pixels, GREY_EDGE));

/** Scales the network's input to 0..1. */
export const networkInput = ({ image }: SourcePicture): Plane => ({
  width: IMAGE_SIZE,
  height: IMAGE_SIZE,
  data: Float32Array.from(image, (byte) => byte / PIXEL_SCALE),
});
