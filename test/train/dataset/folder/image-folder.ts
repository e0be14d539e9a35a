/** @file Folders of tiny PNG files. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { colourPng } from '../../../../train/report/png.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

/** Returns a PNG file of 12 × 10 pixels. Other seeds give other files. */
export function tinyPng(seed: number): Buffer {
  const pixels = Uint8Array.from(
    { length: 12 * 10 * 3 },
    (_, i) => (seed * 2_654_435_761 + i * (seed % 7)) >>> 3,
  );
  return colourPng(pixels, 12);
}

/** Writes files into a new folder. Returns the folder. A number stands for the PNG file with this seed. */
export async function folderOf(
  files: Readonly<Record<string, string | number | Uint8Array>>,
): Promise<string> {
  const root = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === 'number' ? tinyPng(content) : content);
  }
  return root;
}

/** Returns `count` images in a folder, beginning with the seed `first`. */
export function images(folder: string, count: number, first: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}/${i}.png`, first + i]));
}
