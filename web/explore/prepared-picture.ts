/** @file Prepares pictures for the model that the page shows. */
import type { Pixels } from '#shared/decode/pixels.ts';
import { prepare } from '../picture/photo.ts';
import type { Model } from './model.ts';
import { type SourcePicture, sourcePicture } from './source-picture.ts';

/** Pixels of a photo for each pixel of the network's input, along its longer edge. */
const PIXELS_PER_INPUT = 4;

export async function preparedPicture(
  name: string,
  pixels: Pixels,
  { input }: Model,
): Promise<SourcePicture> {
  return sourcePicture(name, pixels, await prepare(pixels, input), input.shape);
}

/** Returns the longest edge that a photo needs for a model, in pixels. @param least the edge that every model gets */
export const edgeFor = ({ input: { shape } }: Model, least: number): number =>
  Math.max(least, PIXELS_PER_INPUT * Math.max(...shape.slice(1)));
