/** @file Opens the preparation of pictures on the kernels that `npm run kernels` builds. */
import { readFile } from 'node:fs/promises';
import { compilePhoto } from '#shared/input/garment/kernels.ts';
import { type PreparePhoto, photoPipeline } from '#shared/input/garment/photo.ts';
import { type PreparePicture, picturePreparation } from '#shared/input/prepare.ts';

const KERNELS = new URL('../shared/input/garment/build/photo.wasm', import.meta.url);

const openKernels = async () => compilePhoto(new Uint8Array(await readFile(KERNELS)));

/** Opens the photo pipeline for garments. */
export const openPipeline = async (): Promise<PreparePhoto> => photoPipeline(await openKernels());

/** Opens the preparation for networks with any input. */
export const openPreparation = async (): Promise<PreparePicture> => picturePreparation(await openKernels());
