/** @file The real data set, for tests that need it: the folder in FASHION_MNIST_DIR. */
import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { type Dataset, loadDataset } from '../train/dataset/source.ts';

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
