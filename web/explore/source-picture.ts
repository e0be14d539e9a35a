/** @file The current image: its name, the network's input, and the photo in colour and in grey. */
import { flawOf, type PhotoFlaw } from '#shared/abstention.ts';
import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { bytesOf, type ImageShape, PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { channelOf, type Plane } from '../canvas/plane.ts';
import { writePixels } from '../picture/link.ts';
import { type Colours, greyOf, reduce } from '../picture/reduce.ts';
import type { State } from './state.ts';

/** Name of the visitor's image. */
export const OWN = 'own';

export interface SourcePicture {
  /** Name of the example, or `OWN`. */
  name: string;
  /** The network's input: bytes [channels, height, width]. */
  image: Uint8Array;
  shape: ImageShape;
  /** Why the model declines to answer, whatever its scores. */
  flaw?: PhotoFlaw | undefined;
  /** The photo in colour; missing when the image comes from a link, which holds only the network's input. */
  colour?: Colours;
  /** The photo in grey, in 0..1; missing like `colour`. */
  grey?: Plane;
  /** The photo as it was decoded, with its own size; missing like `colour`. */
  photo?: Pixels;
}

/** Longest edge in colour, in pixels: few enough that a visitor can point at one. */
const COLOUR_EDGE = 64;

/** Longest edge in grey, in pixels: enough for a visible effect of kernels. */
export const GREY_EDGE = 96;

export const emptyPicture = (shape: ImageShape): SourcePicture => ({
  name: '',
  image: new Uint8Array(bytesOf(shape)),
  shape,
});

export const sourcePicture = (
  name: string,
  pixels: Pixels,
  photo: Pick<PreparedPhoto, 'image' | 'steps' | 'quality'>,
  shape: ImageShape,
): SourcePicture => ({ name, image: photo.image, shape, flaw: flawOf(photo), ...planesOf(pixels) });

/** Returns the photo, and its reduced copies in colour and in grey. */
export const planesOf = (photo: Pixels): Required<Pick<SourcePicture, 'colour' | 'grey' | 'photo'>> => ({
  colour: reduce(photo, COLOUR_EDGE),
  grey: greyPlane(photo),
  photo,
});

/** Returns the part of the state that names an image. */
export const pictureState = ({
  name,
  image,
  flaw,
}: SourcePicture): Pick<State, 'image' | 'pixels' | 'flaw'> =>
  name === OWN
    ? { image: OWN, pixels: writePixels(image), flaw: flaw ?? '' }
    : { image: name, pixels: '', flaw: '' };

/** Returns the shape of the photo as its file has it, [3, height, width]; undefined without a photo. */
export function photoShape({ photo }: SourcePicture): readonly [number, number, number] | undefined {
  const size = photo && (photo.fullSize ?? photo);
  return size && [3, size.height, size.width];
}

export const greyPlane = (pixels: Pixels): Plane => greyOf(reduce(pixels, GREY_EDGE));

/** Scales the network's input to 0..1, one plane for each channel. */
export function inputPlanes({ image, shape }: SourcePicture): Plane[] {
  const data = Float32Array.from(image, (byte) => byte / PIXEL_SCALE);
  return Array.from({ length: shape[0] }, (_, c) => channelOf(data, shape, c));
}

/** Returns the network's input in grey, in 0..1. */
export function networkInput(picture: SourcePicture): Plane {
  const [channels, height, width] = picture.shape;
  if (channels === 1) return inputPlanes(picture)[0];
  return greyOf({ height, width, data: Float32Array.from(picture.image, (byte) => byte / PIXEL_SCALE) });
}
