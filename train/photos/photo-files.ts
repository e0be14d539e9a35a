/** @file Lists the photos of a folder that has one subfolder for each kind of garment. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { type FolderLabels, labelsOf } from './folder-labels.ts';

export interface PhotoFile {
  /** Name of the subfolder. */
  folder: string;
  /** Name within the subfolder. */
  file: string;
  path: string;
  /** The labels that count as correct. */
  labels: readonly string[];
}

/**
 * Lists all files of the subfolders. They are sorted by name in code units, so the order is the same on every machine.
 * Names that begin with a dot, files beside the subfolders and deeper folders are skipped.
 * @throws ExplainedError of kind `usage` when a folder cannot be read, has no photo, or has a name without a label
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
        next: 'Rename the folder, or list its correct labels in a --photo-labels file.',
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
