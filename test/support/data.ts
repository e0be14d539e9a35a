/** @file Real data for tests: Fashion-MNIST in FASHION_MNIST_DIR, and photos in PHOTOS_DIR. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { lazy } from '../../shared/lazy.ts';
import { loadDataset } from '../../train/dataset/fashion-mnist/load.ts';
import type { Dataset } from '../../train/dataset/split.ts';
import { PACKED } from './unpacked-data.ts';

const folder = process.env.FASHION_MNIST_DIR;

/** Path of the folder with the four official files, which unpacked-data.ts has unpacked; undefined without it. */
export const dataFolder = folder && existsSync(folder) ? folder : undefined;

/** Path of the folder with the files as they are on the mirrors; undefined without it. */
export const packedFolder = process.env[PACKED] ?? dataFolder;

/** Loads the data set once for all test files that run in this process. */
const loadOnce = lazy(() => loadDataset({ folder: dataFolder }));

/**
 * Declares a suite that needs the real data set. Without it the suite is skipped, and its name gives the reason.
 * @param suite without a parameter, it needs only the folder, and nothing is loaded
 */
export function describeWithData(name: string, suite: (data: () => Dataset) => void): void {
  if (!dataFolder) {
    describe.skip(`${name} (skipped: set FASHION_MNIST_DIR to a folder with Fashion-MNIST)`, () =>
      suite(() => ({}) as Dataset));
    return;
  }
  describe(name, async () => {
    const data = suite.length > 0 ? await loadOnce() : undefined;
    suite(() => data as Dataset);
  });
}

const photos = process.env.PHOTOS_DIR;
/** Path of the folder with photos, in subfolders as `evaluate --photos` expects; undefined without it. */
const photosFolder = photos && existsSync(photos) ? photos : undefined;

/** Declares a suite that needs real photos. Without them the suite is skipped, and its name gives the reason. */
export function describeWithPhotos(name: string, suite: (folder: string) => void): void {
  if (photosFolder) describe(name, () => suite(photosFolder));
  else describe.skip(`${name} (skipped: set PHOTOS_DIR to a folder with photos)`, () => suite(''));
}
