/** @file Loads a folder of images as a data set. */
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { ExplainedError } from '#shared/errors.ts';
import type { PictureInput } from '#shared/input/preprocessing.ts';
import { sizeOf } from '#shared/model/spec.ts';
import { cacheFolder } from '../../cache.ts';
import { count, list, listSome } from '../../format.ts';
import { modelPrefixOf } from '../model-prefix.ts';
import type { Dataset, Split } from '../split.ts';
import { classesOf, DESCRIPTIONS, describeCopies, missingClasses } from './classes.ts';
import { type FolderContents, type ReadOptions, readContents } from './contents.ts';
import { PARTS, type Part } from './part.ts';
import type { Skipped } from './walk.ts';

export interface LoadFolderOptions {
  /** Size and colours of the images, and how they are prepared. */
  input: PictureInput;
  /** Assigns the images to parts where the folder does not. */
  splitSeed: number;
  /** The class of images that show none of the others. */
  none?: string | undefined;
  /** Folder of the cache; the user's cache folder by default. */
  cache?: string;
  onProgress?: ReadOptions['onProgress'];
  /** Receives lines about the images that were found. */
  log?: (line: string) => void;
}

/** A data set in a folder, with the files of its images. */
export interface FolderDataset extends Dataset {
  validation: Split;
  contents: FolderContents;
}

export const defaultCache = (): string => cacheFolder('pictures');

/**
 * Loads the images of a folder in any of the layouts of listing.ts.
 * @param data a folder, or a .csv or .jsonl file
 * @throws ExplainedError of kind `data` when a classifier cannot be trained and tested on the images
 */
export async function loadFolder(
  data: string,
  { input, splitSeed: seed, none, cache = defaultCache(), onProgress, log = () => {} }: LoadFolderOptions,
): Promise<FolderDataset> {
  const options = { input, seed, cache, onProgress, log };
  const contents = await readContents(data, options, (found) => requireClass(none, classesOf(data, found)));
  const classes = classesOf(data, contents);
  for (const line of [summaryOf(data, classes, contents), ...missingClasses(classes, contents)]) log(line);
  for (const line of describeCopies(contents)) log(line);
  for (const line of describeSkipped(contents)) log(line);
  const split = (part: Part) => splitOf(contents, classes, part, sizeOf(input.shape));
  return {
    name: basename(resolve(data)),
    modelPrefix: modelPrefixOf(basename(resolve(data))),
    classes,
    none,
    ...input,
    train: split('train'),
    validation: split('validation'),
    test: split('test'),
    digests: { images: digestOf(contents) },
    contents,
  };
}

/** @throws ExplainedError of kind `usage` when `none` is no class */
function requireClass(none: string | undefined, classes: readonly string[]): void {
  if (none === undefined || classes.includes(none)) return;
  throw new ExplainedError({
    kind: 'usage',
    what: 'cannot use --none',
    expected: `one of the classes ${listSome(classes)}`,
    got: none,
    next: 'Name a class of the folder, or leave out --none.',
  });
}

function splitOf(
  { images, pixels }: FolderContents,
  classes: readonly string[],
  part: Part,
  size: number,
): Split {
  const own = images.filter((image) => image.part === part);
  const first = images.findIndex((image) => image.part === part);
  const indices = new Map(classes.map((name, i) => [name, i]));
  return {
    count: own.length,
    images: pixels.subarray(first * size, (first + own.length) * size),
    labels: Uint16Array.from(own, ({ label }) => indices.get(label) as number),
    names: own.map(({ path }) => path),
  };
}

/** Returns the SHA-256 of the digests, labels and parts of all images. It does not depend on their paths. */
function digestOf({ images }: FolderContents): string {
  const lines = images.map(({ digest, label, part }) => JSON.stringify([digest, label, part])).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

function summaryOf(data: string, classes: readonly string[], { images }: FolderContents): string {
  const sizes = PARTS.map((part) => {
    const own = images.filter((image) => image.part === part).length;
    return `${count(own)} ${DESCRIPTIONS[part]} images`;
  });
  return `${data}: ${count(images.length)} images of ${count(classes.length)} classes; ${list(sizes)}.`;
}

/** Number of files that a line about them names. */
const NAMED = 3;

/** Returns a line for each reason why files are not used. */
export function describeSkipped({
  skipped,
  unreadable,
}: Pick<FolderContents, 'skipped' | 'unreadable'>): string[] {
  const line = (files: readonly Skipped[], what: string) => {
    const named = files.slice(0, NAMED).map(({ path }) => path);
    const more = files.length > NAMED ? ', …' : '';
    return `Skipped ${count(files.length)} ${files.length === 1 ? 'file' : 'files'} (${what}): ${named.join(', ')}${more}`;
  };
  const groups = [...Map.groupBy([...skipped, ...unreadable], ({ why }) => why)];
  return groups.map(([why, files]) => line(files, why));
}
