/** @file A picture as the explorer looks at it: what the network sees, and the photo that it came from. */
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Plane } from '../canvas/plane.ts';
import { type Colours, greyOf, reduce } from '../picture/reduce.ts';

export interface Picture {
  /** 28 × 28 bytes. */
  image: Uint8Array;
  /** The photo in colour; a picture from a link has none. */
  colour?: Colours;
  /** The photo in grey, in 0..1. */
  grey?: Plane;
}

/** Longest edge in colour, so that a pixel can be pointed at. */
const COLOUR_EDGE = 64;

/** Longest edge in grey, so that a kernel has something to do. */
export const GREY_EDGE = 96;

export const EMPTY: Picture = { image: new Uint8Array(IMAGE_PIXELS) };

export const pictureOf = (pixels: Pixels, { image }: Pick<PreparedPhoto, 'image'>): Picture => ({
  image,
  colour: reduce(pixels, COLOUR_EDGE),
  grey: greyPlane(pixels),
});

export const greyPlane = (pixels: Pixels): Plane => greyOf(reduce(pixels, GREY_EDGE));

/** What the network sees, in 0..1. */
export const networkPlane = ({ image }: Picture): Plane => ({
  width: IMAGE_SIZE,
  height: IMAGE_SIZE,
  data: Float32Array.from(image, (byte) => byte / PIXEL_SCALE),
});
