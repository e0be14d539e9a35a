/** @file How a model's input is made from a picture, as its manifest says. */
import { ExplainedError } from '../errors.ts';
import type { Fit, Manifest } from '../manifest.ts';

/** What is done to a picture: the photo pipeline for garments, or scaling to the size of the input. */
export type Preprocessing = { kind: 'garment'; version: number } | ({ kind: 'fit' } & Fit);

/** Sizes of one image: channels, height, width. */
export type ImageShape = readonly [channels: 1 | 3, height: number, width: number];

/** The input of a network that takes pictures. */
export interface PictureInput {
  preprocessing: Preprocessing;
  shape: ImageShape;
}

/** Pixel bytes are divided by this, so that they are in 0..1 (as torchvision's ToTensor computes it). */
export const PIXEL_SCALE = 255;

/**
 * Reads a manifest's input.
 * @throws ExplainedError of kind `model` when the model does not take grey or RGB pictures, or the manifest does not say how its input
 * is made
 */
export function pictureInputOf({
  input,
  photoPipeline,
  fit,
}: Pick<Manifest, 'input' | 'photoPipeline' | 'fit'>): PictureInput {
  const isLast = input.layout === 'NHWC';
  const [, first, second, third, ...more] = input.shape;
  const [channels, height, width] = isLast ? [third, first, second] : [first, second, third];
  const isPicture =
    (channels === 1 || channels === 3) && isSize(height) && isSize(width) && more.length === 0;
  if (!isPicture) {
    const expected = isLast ? 'batch, height, width, 1 or 3' : 'batch, 1 or 3, height, width';
    throw unfit(`${input.name} [${expected}]`, `[${input.shape.join(', ')}]`);
  }
  const shape: ImageShape = [channels, height, width];
  if (photoPipeline !== undefined && !fit) {
    return { preprocessing: { kind: 'garment', version: photoPipeline }, shape };
  }
  if (fit && photoPipeline === undefined) return { preprocessing: { kind: 'fit', ...fit }, shape };
  throw unfit('either photoPipeline or fit', fit ? 'both' : 'neither');
}

const isSize = (size: number | string | undefined): size is number => typeof size === 'number';

const unfit = (expected: string, got: string): ExplainedError =>
  new ExplainedError({ kind: 'model', what: 'cannot use the input of the model', expected, got });

/** Returns whether the input is shifted and scaled beyond 0..1. */
export const isNormalized = ({ preprocessing }: PictureInput): boolean =>
  preprocessing.kind === 'fit' && Boolean(preprocessing.mean ?? preprocessing.std);

/** Returns the number of bytes of one image. */
export const bytesOf = ([channels, height, width]: ImageShape): number => channels * height * width;

/**
 * Converts pixel bytes to the network's input.
 * @param bytes [n, channels, height, width]
 */
export function networkInput(
  bytes: ArrayLike<number>,
  { preprocessing, shape }: PictureInput,
): Float32Array<ArrayBuffer> {
  const { mean, std }: Pick<Fit, 'mean' | 'std'> = preprocessing.kind === 'fit' ? preprocessing : {};
  const [channels, height, width] = shape;
  const input = new Float32Array(bytes.length);
  const area = height * width;
  for (let plane = 0; plane * area < input.length; plane++) {
    const [shift, scale] = [mean?.[plane % channels] ?? 0, std?.[plane % channels] ?? 1];
    // An iterator would allocate an object for each pixel.
    for (let i = plane * area; i < (plane + 1) * area; i++)
      input[i] = ((bytes[i] as number) / PIXEL_SCALE - shift) / scale;
  }
  return input;
}

/** Converts the bytes of images to the network's input `[n, channels, height, width]`. */
export function networkInputs(images: readonly Uint8Array[], input: PictureInput): Float32Array<ArrayBuffer> {
  const size = bytesOf(input.shape);
  const batch = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) batch.set(networkInput(image, input), i * size);
  return batch;
}
