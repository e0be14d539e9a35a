/** @file Opens the photo pipeline on the kernels that `npm run kernels` builds. */
import { readFile } from 'node:fs/promises';
import { compilePhoto } from '#shared/input/garment/kernels.ts';
import { type PreparePhoto, photoPipeline } from '#shared/input/garment/photo.ts';

const KERNELS = new URL('../../shared/input/garment/build/photo.wasm', import.meta.url);

export const openPipeline = async (): Promise<PreparePhoto> =>
  photoPipeline(await compilePhoto(new Uint8Array(await readFile(KERNELS))));
