/** @file Prepares pictures for any network: with the photo pipeline for garments, or by scaling. */
import type { Pixels } from '../decode/pixels.ts';
import { FIT_VERSION, fitPicture } from './fit/fit.ts';
import { FULL_SIZE_PIPELINE, PHOTO_PIPELINE, type PreparedPhoto, photoPipeline } from './garment/photo.ts';
import { IMAGE_SIZE } from './garment/size.ts';
import { WORK_EDGE } from './garment/workspace.ts';
import type { PictureInput, Preprocessing } from './preprocessing.ts';

/** The versions of the two ways of preparation. A model is served only by a program with the version that it was trained for. */
export const VERSIONS: Record<Preprocessing['kind'], readonly number[]> = {
  garment: [FULL_SIZE_PIPELINE, PHOTO_PIPELINE],
  fit: [FIT_VERSION],
};

/** The input of a network for garments, made by this version of the photo pipeline. */
export const GARMENT_INPUT: PictureInput = {
  preprocessing: { kind: 'garment', version: PHOTO_PIPELINE },
  shape: [1, IMAGE_SIZE, IMAGE_SIZE],
};

/**
 * Returns the longest edge that a decoded picture needs for this input, in pixels. Undefined: its full size. Scaling (`fit`) promises
 * the bytes of PyTorch, which decodes pictures at their full size.
 */
export const neededEdge = ({ preprocessing: { kind, version } }: PictureInput): number | undefined =>
  kind === 'garment' && version > FULL_SIZE_PIPELINE ? WORK_EDGE : undefined;

/** Prepares a decoded picture for a network with this input. */
export type PreparePicture = (pixels: Pixels, input: PictureInput) => PreparedPhoto;

/** @param module the compiled garment/build/photo.wasm */
export function picturePreparation(module: WebAssembly.Module): PreparePicture {
  const preparePhoto = photoPipeline(module);
  return (pixels, { preprocessing, shape }) => {
    if (preprocessing.kind === 'garment') return preparePhoto(pixels);
    const { mode } = preprocessing;
    const image = fitPicture(pixels, { shape, mode });
    return { image, steps: [{ step: 'fit', mode }], warnings: [...(pixels.warnings ?? [])] };
  };
}
