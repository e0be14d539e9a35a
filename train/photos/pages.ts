/** @file Pictures → PNG files. */
import { extname } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { writeFileAtomic } from '../files.ts';
import { colourPng } from '../report/png.ts';
import type { Raster } from './raster.ts';

/**
 * Writes one picture to `path`, several to `path` with a number before its ending, counted from 1.
 * @returns the paths
 */
export async function writePages(path: string, pages: readonly Raster[]): Promise<string[]> {
  const digits = String(pages.length).length;
  const paths = pages.map((_, i) => {
    return pages.length === 1 ? path : path.replace(/\.png$/i, `-${String(i + 1).padStart(digits, '0')}$&`);
  });
  for (const [i, { rgb, width }] of pages.entries()) await writeFileAtomic(paths[i], colourPng(rgb, width));
  return paths;
}

/** @throws ExplainedError of kind `usage`, before any work, when the name is none of a PNG file */
export function checkPngName(flag: string, path: string): void {
  if (extname(path).toLowerCase() === '.png') return;
  throw new ExplainedError({
    kind: 'usage',
    what: flag,
    expected: 'a file name that ends in .png',
    got: path,
  });
}
