/**
 * @file Finds the labelled images of a folder in any of these layouts:
 *
 * ```
 * cat/1.jpg  dog/a/2.jpg                      a folder per class, as torchvision's ImageFolder reads it
 * train/cat/1.jpg  val/cat/2.jpg  test/…      the same in a folder per part; `valid` and `validation` are `val`, too
 * metadata.csv  1.jpg  any/2.jpg              Hugging Face's metadata: file_name, label, and optionally group and split
 * train/metadata.jsonl  train/1.jpg           the same as JSON lines, or in a folder per part
 * ```
 */
import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import { commandLine } from '../../installation.ts';
import { isInBucket } from '../bucket.ts';
import { parseMetadata, type Row } from './metadata.ts';
import { type Part, partOf } from './part.ts';
import { reasonOf, type Skipped, type Tree, walk } from './walk.ts';

export interface ListedImage {
  /** Relative to the root, with `/` between the names. */
  path: string;
  /** Name of the class. */
  label: string;
  /** Images of a group stay in one part: for example the photos that one person took. */
  group?: string;
  /** The part that the layout or the metadata names. */
  part?: Part;
}

export interface Listing {
  /** The folder that the paths are relative to. */
  root: string;
  images: ListedImage[];
  skipped: Skipped[];
  /** Names of the class folders, with and without images. */
  classFolders: string[];
}

const METADATA = ['metadata.csv', 'metadata.jsonl'];

/**
 * Lists the images of a data set. Any file may be an image: whether it is one is in its first bytes.
 * @param data a folder, or a .csv or .jsonl file whose paths are absolute or relative to its folder
 * @throws ExplainedError of kind `data` when a folder or metadata cannot be read
 */
export async function listImages(data: string): Promise<Listing> {
  if (isInBucket(data)) throw inBucket(data);
  if (/\.(csv|jsonl)$/i.test(data) && (await stat(data).catch(() => undefined))?.isFile()) {
    const rows = await readMetadata(data);
    return {
      root: dirname(data),
      images: rows.map((row) => imageOf(row, '')),
      skipped: [],
      classFolders: [],
    };
  }
  const tree = await walk(data);
  const metadata = new Map<string, Row[]>();
  for (const file of metadataFiles(tree)) metadata.set(file, await readMetadata(join(data, file)));
  return { root: data, ...arrange(tree, metadata) };
}

const inBucket = (data: string): ExplainedError =>
  new ExplainedError({
    kind: 'data',
    what: `cannot read ${data}`,
    expected: 'a folder on this machine',
    next: `Only train, retrain, sweep and leaderboard copy a folder of a bucket. Name the copy, whose path ${commandLine('train')} prints.`,
  });

/** @throws ExplainedError of kind `data` for a file that cannot be read or is not in UTF-8: its labels would be wrong */
async function readMetadata(path: string): Promise<Row[]> {
  const bytes = await readFile(path).catch((cause) => {
    throw new ExplainedError({
      kind: 'data',
      what: `cannot read ${path}`,
      got: reasonOf(cause, 'file'),
      cause,
    });
  });
  if (isUtf8(bytes)) return parseMetadata(bytes.toString(), path);
  throw new ExplainedError({
    kind: 'data',
    what: `cannot read ${path}`,
    expected: 'text in UTF-8',
    got: 'bytes that are no UTF-8',
    next: 'Save the file again as CSV UTF-8.',
  });
}

/** Returns the paths of the metadata that describe images: the root's, else those of the folders of parts. */
function metadataFiles(tree: Tree): string[] {
  const within = (folder: string) =>
    METADATA.map((name) => folder + name).filter((path) => tree.files.includes(path));
  const [own] = within('');
  return own ? [own] : partFolders(tree).flatMap((folder) => within(folder).slice(0, 1));
}

/**
 * Labels the files of a tree.
 * @param metadata rows of the files that `metadataFiles` returned, by their path
 */
export function arrange(tree: Tree, metadata: ReadonlyMap<string, readonly Row[]>): Omit<Listing, 'root'> {
  const folders = partFolders(tree);
  const metadataOf = (path: string) => [...metadata.keys()].find((file) => path.startsWith(folderOf(file)));
  const images = [...metadata].flatMap(([file, rows]) =>
    rows.map((row) => imageOf(row, folderOf(file), folders)),
  );
  const listed = new Set(images.map(({ path }) => path));
  const skipped = [...tree.skipped];
  for (const path of tree.files) {
    const file = metadataOf(path);
    const folder = folders.find((folder) => path.startsWith(folder));
    if (file !== undefined) {
      if (path !== file && !listed.has(path)) skipped.push({ path, why: `not in ${file}` });
    } else if (folder === undefined) {
      skipped.push({ path, why: `beside ${folders.join(', ')}` });
    } else {
      const [label, ...inner] = path.slice(folder.length).split('/');
      if (inner.length > 0) images.push({ path, label, ...withPart(partOf(folder.slice(0, -1))) });
      else skipped.push({ path, why: 'in no class folder' });
    }
  }
  const classFolders = tree.folders.flatMap((path) => {
    const folder = folders.find((folder) => path.startsWith(folder));
    const name = path.slice(folder?.length);
    return folder === undefined || metadataOf(path) !== undefined || name.includes('/') ? [] : [name];
  });
  return { images, skipped, classFolders: [...new Set(classFolders)] };
}

/** Returns the folder of a file; empty, or with `/` at its end. */
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const withPart = (part: Part | undefined) => part && { part };

/** Returns the folders of the parts, as `train/`; the root alone, as an empty text, when the layout has no parts. */
function partFolders({ files, folders }: Tree): string[] {
  const top = folders.filter((folder) => !folder.includes('/'));
  const parts = top.filter((folder) => partOf(folder));
  const hasTraining = parts.some((folder) => partOf(folder) === 'train');
  // A class can be called `train`, too: then there is no other part, or its images are not in class folders.
  const alone = top.length === 1 && folders.some((folder) => folder.startsWith(`${top[0]}/`));
  const described = METADATA.some((name) => files.includes(`${parts[0]}/${name}`));
  return hasTraining && (parts.length > 1 || alone || described) ? parts.map((folder) => `${folder}/`) : [''];
}

/** @param folder the folder of the metadata; empty or with `/` at its end */
function imageOf(
  { file, label, group, part }: Row,
  folder: string,
  folders: readonly string[] = [],
): ListedImage {
  const path = folder + file;
  const outer = folders.find((each) => path.startsWith(each)) ?? '';
  return {
    path,
    label,
    ...(group !== undefined && { group }),
    ...withPart(part ?? partOf(outer.slice(0, -1))),
  };
}
