/** @file Lists the photos of a folder that has one subfolder for each kind of garment. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { type FolderLabels, labelsOf } from './folder-labels.ts';

export interface PhotoFile {
  /** Name of the subfolder. */
  folder: string;
  /** Name within the subfolder. */
  file: string;
  path: string;
  /** The labels that count as correct; none for a picture of another thing. */
  labels: readonly string[];
}

/**
 * Lists all files of the subfolders. They are sorted by name in code units, so the order is the same on every machine.
 * Links are followed. Names that begin with a dot, files beside the subfolders and deeper folders are skipped.
 * @throws ExplainedError of kind `usage` when a folder cannot be read, has no photo, or has a name without a label, or when a link beside
 * the subfolders is broken or leads in a circle
 */
export async function listPhotos(root: string, mapping: FolderLabels): Promise<PhotoFile[]> {
  const photos: PhotoFile[] = [];
  for (const folder of await subfolders(root)) {
    const labels = labelsOf(folder, mapping);
    if (!labels) {
      throw new ExplainedError({
        kind: 'usage',
        what: `no label is known for the photos in ${join(root, folder)}`,
        expected: `a folder named ${Object.keys(mapping).join(', ')}, or like a label`,
        next: 'Rename the folder, or list its correct labels in a --photo-labels file.',
      });
    }
    for (const file of await files(join(root, folder))) {
      photos.push({ folder, file, path: join(root, folder, file), labels });
    }
  }
  if (photos.some(({ labels }) => labels.length > 0)) return photos;
  throw new ExplainedError({
    kind: 'usage',
    what: `no photo of a garment in ${root}`,
    expected: 'a subfolder with photos for each kind of garment',
  });
}

/** Lists the names of the subfolders and of the links to folders. */
async function subfolders(root: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entries(root)) {
    const { name } = entry;
    const path = join(root, name);
    const target = await targetOf(entry, path);
    if (target === undefined) throw linkError(path, 'a broken link');
    if (!target.isDirectory()) continue;
    const [outer, inner] = await Promise.all([realpath(root), realpath(path)]);
    if (relative(inner, outer).split(sep)[0] !== '..')
      throw linkError(path, 'a link to a folder that contains it');
    names.push(name);
  }
  return names;
}

/** Lists the names of the files and of the links to files. A broken link is among them: it is reported as an unreadable photo. */
async function files(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entries(folder)) {
    const target = await targetOf(entry, join(folder, entry.name));
    if (target === undefined || target.isFile()) names.push(entry.name);
  }
  return names;
}

/** Reads a folder, sorted by name, without the names that begin with a dot. */
async function entries(folder: string): Promise<Dirent[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    const what = `cannot read ${folder}`;
    throw new ExplainedError({ kind: 'usage', what, expected: 'a folder', got: cause.message, cause });
  });
  return found.filter(({ name }) => !name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Follows a link. Returns undefined for one that leads nowhere or in a circle. */
async function targetOf(
  entry: Dirent,
  path: string,
): Promise<Pick<Dirent, 'isDirectory' | 'isFile'> | undefined> {
  return entry.isSymbolicLink() ? stat(path).catch(() => undefined) : entry;
}

const linkError = (path: string, got: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: `cannot read ${path}`,
    expected: 'a folder of photos, or a link to one',
    got,
    next: 'Correct the link or remove it.',
  });
