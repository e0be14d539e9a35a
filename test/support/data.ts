/** @file Real data, for tests that need it: the data set in FASHION_MNIST_DIR, photos in PHOTOS_DIR. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { loadDataset } from '../../train/dataset/fashion-mnist/load.ts';
import type { Dataset } from '../../train/dataset/split.ts';

const folder = process.env.FASHION_MNIST_DIR;

/** The folder with the four official files, or undefined. */
export const dataFolder = folder && existsSync(folder) ? folder : undefined;

/** A suite that needs the real data set; its name says so where it is skipped. */
export function describeWithData(name: string, suite: (data: () => Dataset) => void): void {
  if (!dataFolder) {
    describe.skip(`${name} (skipped: set FASHION_MNIST_DIR to a folder with Fashion-MNIST)`, () =>
      suite(() => ({}) as Dataset));
    return;
  }
  describe(name, async () => {
    const data = await loadDataset({ folder: dataFolder });
    suite(() => data);
  });
}

/** Real photos of garments, in subfolders as `evaluate --photos` reads them; or undefined. */
const photos = process.env.PHOTOS_DIR;
const photosFolder = photos && existsSync(photos) ? photos : undefined;

/** A suite that needs real photos; its name says so where it is skipped. */
export function describeWithPhotos(name: string, suite: (folder: string) => void): void {
  if (photosFolder) describe(name, () => suite(photosFolder));
  else describe.skip(`${name} (skipped: set PHOTOS_DIR to a folder with photos)`, () => suite(''));
}
