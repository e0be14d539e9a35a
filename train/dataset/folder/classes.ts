/** @file The classes of a folder of images: their names and order, and what keeps a network from learning them. */
import { ExplainedError } from '#shared/errors.ts';
import { count, listSome } from '../../format.ts';
import { commandLine } from '../../installation.ts';
import type { FolderContents, FolderImage } from './contents.ts';
import { PARTS, type Part } from './part.ts';
import { byCodePoint } from './walk.ts';

/** Fewer images of a class do not allow training and testing. */
const LEAST_IMAGES = 5;

/** Labels are 16-bit numbers. */
const MOST_CLASSES = 65_536;

type Labelled = Pick<FolderContents, 'images' | 'skipped' | 'unreadable' | 'classFolders'>;

/**
 * Returns the names of the training images' classes, in torchvision's order: sorted by code points.
 * @param data the folder, for errors
 * @throws ExplainedError of kind `data` when a classifier cannot be trained and tested on the images
 */
export function classesOf(data: string, contents: Labelled): string[] {
  const { images, classFolders } = contents;
  if (images.length === 0) throw noImages(data, contents);
  const counts = countLabels(images);
  const empty = classFolders.filter((name) => !counts.has(name));
  if (empty.length > 0) {
    throw unfit(
      data,
      'images in every class folder',
      `none in ${listSome(empty)}`,
      'Add images, or remove the folder.',
    );
  }
  requireReadableNames(data, [...counts.keys()]);
  if (counts.size === 1) throw oneClass(data, contents);
  const few = [...counts].filter(([, count]) => count < LEAST_IMAGES);
  if (few.length > 0) {
    const got = listSome(few.map(([label, count]) => `${count} of ${label}`));
    throw unfit(
      data,
      `at least ${LEAST_IMAGES} images of each class`,
      got,
      'Add images, or remove the class.',
    );
  }
  if (counts.size > MOST_CLASSES)
    throw unfit(data, `at most ${MOST_CLASSES} classes`, `${counts.size}`, 'Join classes.');
  const trained = countLabels(images.filter(({ part }) => part === 'train'));
  const unknown = [...counts.keys()].filter((label) => !trained.has(label));
  if (unknown.length > 0) {
    throw unfit(
      data,
      'training images of every class',
      `none of ${listSome(unknown)}`,
      'Add training images of these classes, remove the classes from the other parts, or try another --split-seed.',
    );
  }
  for (const part of PARTS) {
    if (!images.some((image) => image.part === part))
      throw unfit(
        data,
        `${DESCRIPTIONS[part]} images`,
        'none',
        'Add images, try another --split-seed, or put some images into folders train, val and test.',
      );
  }
  return [...trained.keys()].sort(byCodePoint);
}

/** @throws ExplainedError of kind `data` for a name with control characters, and for two names that look the same */
function requireReadableNames(data: string, names: readonly string[]): void {
  const next = 'Rename the class.';
  const unreadable = names.find((name) => /\p{Cc}/u.test(name));
  if (unreadable !== undefined)
    throw unfit(data, 'names of classes without control characters', JSON.stringify(unreadable), next);
  const seen = new Map<string, string>();
  for (const name of names) {
    // macOS and metadata may write an accent in two ways.
    const shown = name.normalize('NFC').trim();
    const other = seen.get(shown);
    seen.set(shown, name);
    if (other === undefined) continue;
    const got = `${JSON.stringify(other)} and ${JSON.stringify(name)}, which differ only in their spaces or in the encoding of an accent`;
    throw unfit(data, 'names of classes that look different', got, next);
  }
}

/** Names of the parts in sentences. */
export const DESCRIPTIONS: Record<Part, string> = {
  train: 'training',
  validation: 'validation',
  test: 'test',
};

/** Returns a sentence for each part that lacks classes of the training part. */
export function missingClasses(classes: readonly string[], { images }: Pick<Labelled, 'images'>): string[] {
  return PARTS.flatMap((part) => {
    const present = countLabels(images.filter((image) => image.part === part));
    const missing = classes.filter((name) => !present.has(name));
    if (missing.length === 0) return [];
    return `No ${DESCRIPTIONS[part]} image is of ${listSome(missing)}, so the ${DESCRIPTIONS[part]} results do not include ${missing.length === 1 ? 'this class' : 'these classes'}.`;
  });
}

/** Returns a sentence when images of one part are also in another, and one when images have two labels. */
export function describeCopies({ images }: Pick<Labelled, 'images'>): string[] {
  const copies = [...Map.groupBy(images, ({ digest }) => digest).values()].filter(({ length }) => length > 1);
  const named = (found: FolderImage[][]) =>
    listSome(
      found.map(([first, second]) => `${first.path} is ${second.path}`),
      3,
    );
  const leaked = copies.filter((group) => new Set(group.map(({ part }) => part)).size > 1);
  const conflicting = copies.filter((group) => new Set(group.map(({ label }) => label)).size > 1);
  const leaks = `${count(leaked.length)} of the images are in several parts, so the results are too good: ${named(leaked)}.`;
  const conflicts = `${count(conflicting.length)} of the images have several labels: ${named(conflicting)}.`;
  const lines = [...(leaked.length > 0 ? [leaks] : []), ...(conflicting.length > 0 ? [conflicts] : [])];
  return lines.map((line) => `Warning: ${line} ${commandLine('inspect')} lists them all.`);
}

/** Counts the images of each label. */
export function countLabels(images: readonly { label: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of images) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function noImages(data: string, { skipped, unreadable }: Labelled): ExplainedError {
  const [first] = [...unreadable, ...skipped.filter(({ why }) => why !== 'hidden')];
  const files = skipped.length + unreadable.length;
  const got = first
    ? `${files} other ${files === 1 ? 'file' : 'files'}, such as ${first.path} (${first.why})`
    : 'no file';
  return new ExplainedError({
    kind: 'data',
    what: unreadable.length > 0 ? `no image in ${data} can be decoded` : `no image in ${data}`,
    expected: 'a folder of images for each class, metadata.csv, or the four official files of Fashion-MNIST',
    got,
    next: 'Name another folder, or put the images of each class into a folder with the name of the class. Formats: JPEG, PNG, WebP, AVIF, GIF.',
  });
}

/** A folder around the class folders, as archives often contain it, looks like a single class. */
function oneClass(data: string, { images }: Labelled): ExplainedError {
  const [{ label, path }] = images;
  const inner = path.startsWith(`${label}/`) && path.split('/').length > 2;
  return unfit(
    data,
    'at least two classes',
    `only ${label}`,
    inner
      ? `If the classes are the folders in ${label}, use --data ${data}/${label}.`
      : 'Put the images of each class into a folder with the name of the class.',
  );
}

const unfit = (data: string, expected: string, got: string, next: string): ExplainedError =>
  new ExplainedError({ kind: 'data', what: `cannot train on ${data}`, expected, got, next });
