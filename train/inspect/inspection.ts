/** @file What `inspect` finds in a folder of images. The object is its JSON output. */

import { ExplainedError } from '#shared/errors.ts';
import type { Shape } from '#shared/model/spec.ts';
import { classesOf, countLabels } from '../dataset/folder/classes.ts';
import { type FolderContents, type FolderImage, readContents } from '../dataset/folder/contents.ts';
import { defaultCache } from '../dataset/folder/load.ts';
import { PARTS, type Part } from '../dataset/folder/part.ts';
import { byCodePoint, type Skipped } from '../dataset/folder/walk.ts';
import { type DataSettings, folderSettings } from '../dataset/open.ts';
import { openEngine } from '../engine/open.ts';
import { findCopies } from './duplicates.ts';
import { predictOutOfFold } from './out-of-fold.ts';
import { alikeClasses, rankSuspects } from './suspects.ts';

/** A file with its class and its part. */
export interface Place {
  path: string;
  label: string;
  part: Part;
}

export interface Inspection {
  data: string;
  images: number;
  /** What keeps a network from being trained on the folder; null when nothing does. */
  obstacle: string | null;
  /** Number of images of each class, by part. */
  classes: ({ name: string; images: number } & Record<Part, number>)[];
  /** Files that are no images, and files that cannot be decoded. */
  skipped: Skipped[];
  unreadable: Skipped[];
  copies: {
    images: Place[];
    /** Whether the files are equal, or the images only look the same. */
    exact: boolean;
    /** Whether they are in several parts: results on copies of training images are too good. */
    leak: boolean;
    /** Whether they have several labels. */
    conflict: boolean;
  }[];
  /** Images of the largest class for each image of the smallest. */
  imbalance: number;
  /** Share of the images that a quickly trained model classifies as they are labelled, without having seen them; null when none was trained. */
  agreement: number | null;
  /** Pairs of classes that the model confuses, the most alike first. */
  alike: { classes: [string, string]; images: number; share: number }[];
  /** The images whose label is most likely wrong, most suspicious first: a tenth of all images. */
  suspects: (Place & { suggestion: string; suspicion: number; confident: boolean })[];
}

/** An inspection with the pixels of the images, for the page. */
export interface Inspected {
  inspection: Inspection;
  /** [channels, height, width] by path. */
  pictures: ReadonlyMap<string, Uint8Array>;
  shape: Shape;
}

export interface InspectContext {
  signal: AbortSignal;
  log: (line: string) => void;
  onProgress?: ((ready: number, total: number) => void) | undefined;
}

/** Share of the images that are listed as suspects. */
const SUSPECT_SHARE = 0.1;

/** Fewer images are too few to train a model on. */
const LEAST_IMAGES = 20;

/** Pairs of classes that are listed. */
const MOST_ALIKE = 10;

/**
 * Reads a folder of images and finds what is wrong with it.
 * @throws ExplainedError of kind `data` when the folder or its metadata cannot be read
 */
export async function inspect(settings: DataSettings, context: InspectContext): Promise<Inspected> {
  const { data, input, splitSeed: seed } = folderSettings(settings);
  const options = { input, seed, cache: defaultCache(), onProgress: context.onProgress, log: context.log };
  const contents = await readContents(data, options, () => {});
  const { images, pixels, skipped, unreadable } = contents;
  const size = pixels.length / images.length;
  const names = [...countLabels(images).keys()].sort(byCodePoint);
  const counts = names.map((name) => countsOf(name, images));
  context.log('Comparing the images with each other.');
  const found = await findCopies(images, pixels, input.shape, context.signal);
  const copies = found.map((own) => describeCopies(own, images));
  return {
    inspection: {
      data,
      images: images.length,
      obstacle: obstacleOf(data, contents),
      classes: counts,
      skipped,
      unreadable,
      copies: copies.sort(
        (a, b) => Number(b.leak) - Number(a.leak) || Number(b.conflict) - Number(a.conflict),
      ),
      imbalance: imbalanceOf(counts.map((own) => own.images)),
      ...(await judgeLabels(names, contents, input.shape, context)),
    },
    pictures: new Map(images.map(({ path }, i) => [path, pixels.subarray(i * size, (i + 1) * size)])),
    shape: input.shape,
  };
}

/** Returns the ratio of the largest to the smallest; 1 for no class. */
const imbalanceOf = (counts: readonly number[]): number =>
  counts.length > 0 ? Math.max(...counts) / Math.min(...counts) : 1;

const placeOf = ({ path, label, part }: FolderImage): Place => ({ path, label, part });

function describeCopies(
  { images: indices, exact }: { images: number[]; exact: boolean },
  images: readonly FolderImage[],
): Inspection['copies'][number] {
  const own = indices.map((i) => placeOf(images[i]));
  return {
    images: own,
    exact,
    leak: new Set(own.map(({ part }) => part)).size > 1,
    conflict: new Set(own.map(({ label }) => label)).size > 1,
  };
}

function countsOf(name: string, images: readonly FolderImage[]): Inspection['classes'][number] {
  const own = images.filter(({ label }) => label === name);
  const inPart = (part: Part) => own.filter((image) => image.part === part).length;
  const parts = Object.fromEntries(PARTS.map((part) => [part, inPart(part)])) as Record<Part, number>;
  return { name, images: own.length, ...parts };
}

/** Returns the message with which a training would refuse the folder; null when it would not. */
function obstacleOf(data: string, contents: FolderContents): string | null {
  try {
    classesOf(data, contents);
    return null;
  } catch (error) {
    if (error instanceof ExplainedError) return error.message;
    throw error;
  }
}

/** Trains models on parts of the images, and compares their predictions with the labels of the others. */
async function judgeLabels(
  names: readonly string[],
  { images, pixels }: FolderContents,
  shape: Shape,
  { signal, log }: InspectContext,
): Promise<Pick<Inspection, 'agreement' | 'alike' | 'suspects'>> {
  if (images.length < LEAST_IMAGES || names.length < 2) return { agreement: null, alike: [], suspects: [] };
  const indices = new Map(names.map((name, i) => [name, i]));
  const labels = Uint16Array.from(images, ({ label }) => indices.get(label) as number);
  const data = { images, pixels, shape, labels, classes: names.length };
  const { scores, accuracy } = await predictOutOfFold(data, await openEngine('auto'), signal, (fold, folds) =>
    log(`Training model ${fold + 1} of ${folds} to judge the labels.`),
  );
  const suspects = rankSuspects(scores, labels).slice(0, Math.ceil(SUSPECT_SHARE * images.length));
  return {
    agreement: accuracy,
    alike: alikeClasses(scores, labels)
      .slice(0, MOST_ALIKE)
      .map(({ classes: [a, b], confused, share }) => ({
        classes: [names[a], names[b]],
        images: confused,
        share,
      })),
    suspects: suspects.map(({ image, suggestion, suspicion, confident }) => ({
      ...placeOf(images[image]),
      suggestion: names[suggestion],
      suspicion,
      confident,
    })),
  };
}
