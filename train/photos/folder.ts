/** @file The photos of a folder: one subfolder for each kind of garment. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { type FolderLabels, labelsOf } from './labels.ts';

export interface PhotoFile {
  /** Its subfolder. */
  folder: string;
  /** Its name in there. */
  file: string;
  path: string;
  /** The labels that are right for it. */
  labels: readonly string[];
}

/**
 * All files of the subfolders, in the order of their names by code unit: the same on every machine.
 * What begins with a dot, and what lies beside or below the subfolders, is none of them.
 * @throws ExplainedError of kind `usage` for a folder that cannot be read, has no photo, or whose name has no label
 */
export async function listPhotos(root: string, mapping: FolderLabels): Promise<PhotoFile[]> {
  const photos: PhotoFile[] = [];
  for (const folder of await entries(root, 'directory')) {
    const labels = labelsOf(folder, mapping);
    if (!labels) {
      throw new ExplainedError({
        kind: 'usage',
        what: `no label is known for the photos in ${join(root, folder)}`,
        expected: `a folder named ${Object.keys(mapping).join(', ')}, or like a label`,
        next: 'Rename it, or say with --photo-labels what counts as right in it.',
      });
    }
    for (const file of await entries(join(root, folder), 'file')) {
      photos.push({ folder, file, path: join(root, folder, file), labels });
    }
  }
  if (photos.length > 0) return photos;
  throw new ExplainedError({
    kind: 'usage',
    what: `no photo in ${root}`,
    expected: 'a subfolder with photos for each kind of garment',
  });
}

async function entries(folder: string, kind: 'directory' | 'file'): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    const what = `cannot read ${folder}`;
    throw new ExplainedError({ kind: 'usage', what, expected: 'a folder', got: cause.message, cause });
  });
  return found
    .filter((entry) => entry.isDirectory() === (kind === 'directory') && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}
