/** @file A picture as the explorer looks at it: what the network sees, and the photo that it came from. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import { luminance, shrink } from '#shared/photo/flatten.ts';
import type { PreparedPhoto } from '#shared/photo/photo.ts';
import type { Plane } from '../canvas/plane.ts';

export interface Picture {
  /** 28 × 28 bytes. */
  image: Uint8Array;
  /** The photo in colour, [3, height, width] in 0..1; a picture from a link has none. */
  colour?: { height: number; width: number; data: Float32Array<ArrayBuffer> };
  /** The photo in grey, in 0..1. */
  grey?: Plane;
}

/** Longest edges: in colour, so that a pixel can be pointed at; in grey, so that a kernel has something to do. */
const [COLOUR_EDGE, GREY_EDGE] = [64, 96];

export const EMPTY: Picture = { image: new Uint8Array(IMAGE_PIXELS) };

export const pictureOf = (pixels: Pixels, { image }: Pick<PreparedPhoto, 'image'>): Picture => ({
  image,
  colour: colourOf(pixels),
  grey: greyOf(pixels),
});

/** Red, green, blue behind one another, as a network takes a photo in colour. */
export function colourOf(pixels: Pixels): NonNullable<Picture['colour']> {
  const { width, height, rgb } = shrink(pixels, COLOUR_EDGE);
  const size = width * height;
  const data = Float32Array.from(
    { length: 3 * size },
    (_, i) => rgb[3 * (i % size) + Math.floor(i / size)] / PIXEL_SCALE,
  );
  return { width, height, data };
}

export function greyOf(pixels: Pixels): Plane {
  const { width, height, rgb } = shrink(pixels, GREY_EDGE);
  const data = Float32Array.from(
    { length: width * height },
    (_, i) => luminance(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]) / PIXEL_SCALE,
  );
  return { width, height, data };
}

/** What the network sees, in 0..1. */
export const networkPlane = ({ image }: Picture): Plane => ({
  width: IMAGE_SIZE,
  height: IMAGE_SIZE,
  data: Float32Array.from(image, (byte) => byte / PIXEL_SCALE),
});
