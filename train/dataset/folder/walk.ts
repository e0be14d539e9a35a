/** @file Lists the files of a folder and its subfolders. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';

/** A file that is not used, or a folder, whose path ends with `/`. */
export interface Skipped {
  /** Relative to the root, with `/` between the names. */
  path: string;
  /** The reason as a phrase, such as `hidden`. */
  why: string;
}

export interface Tree {
  /** Paths of the files, relative to the root, with `/` between the names. */
  files: string[];
  /** Paths of the subfolders, likewise. */
  folders: string[];
  skipped: Skipped[];
}

/** Names that operating systems and archive programs leave in folders. Names that begin with a dot are hidden, too. */
const HIDDEN = ['__macosx', 'thumbs.db', 'desktop.ini', '@eadir', '$recycle.bin'];

const isHidden = (name: string): boolean => name.startsWith('.') || HIDDEN.includes(name.toLowerCase());

/** Compares texts by code points, as Python sorts them. JavaScript compares UTF-16 code units. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Lists a folder. The order is the same on every machine: the files of a folder, then its subfolders, each sorted by code points.
 * Links are followed.
 * @throws ExplainedError of kind `data` when a folder cannot be read, or a link leads to a folder that contains it
 */
export async function walk(root: string): Promise<Tree> {
  const tree: Tree = { files: [], folders: [], skipped: [] };
  await visit(root, '', [], tree);
  return tree;
}

/**
 * Adds the contents of a folder to `tree`.
 * @param path of the folder, relative to the root; empty or with `/` at its end
 * @param outer real paths of the folders that contain it
 */
async function visit(root: string, path: string, outer: readonly string[], tree: Tree): Promise<void> {
  const folder = join(root, path, '.');
  const real = await realpath(folder).catch((error) => {
    throw unreadable(folder, error);
  });
  if (outer.includes(real)) throw circle(folder);
  const subfolders: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const own = path + entry.name;
    if (isHidden(entry.name)) {
      tree.skipped.push({ path: own, why: 'hidden' });
      continue;
    }
    const target = entry.isSymbolicLink() ? await stat(join(root, own)).catch(() => undefined) : entry;
    if (target?.isDirectory()) subfolders.push(own);
    else if (target?.isFile()) tree.files.push(own);
    else tree.skipped.push({ path: own, why: target ? 'no regular file' : 'a broken link' });
  }
  for (const subfolder of subfolders) {
    tree.folders.push(subfolder);
    await visit(root, `${subfolder}/`, [...outer, real], tree);
  }
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw unreadable(folder, error);
  });
  return entries.sort((a, b) => byCodePoint(a.name, b.name));
}

/** Returns what an error of the file system means. @param what such as `folder` */
export const reasonOf = ({ code, message }: NodeJS.ErrnoException, what = 'folder'): string =>
  ({
    ENOENT: `no such ${what}`,
    ENOTDIR: 'a file',
    EACCES: `no permission to read the ${what}`,
    EPERM: `no permission to read the ${what}`,
  })[code ?? ''] ??
  code ??
  message;

const unreadable = (folder: string, cause: NodeJS.ErrnoException): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `cannot read ${folder}`,
    expected: 'a folder of images',
    got: reasonOf(cause),
    next: 'Check the path after --data and the permissions of the folder. A file with labels ends in .csv or .jsonl.',
    cause,
  });

const circle = (folder: string): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `cannot read ${folder}`,
    expected: 'a folder, or a link to another one',
    got: 'a link to a folder that contains it',
    next: 'Remove the link.',
  });
