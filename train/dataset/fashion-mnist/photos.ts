/**
 * @file Adds photos of garments to the training images of Fashion-MNIST, and pictures of other things as a class of their own. The photo
 * pipeline prepares them as it does for the Worker.
 */
import { ExplainedError } from '#shared/errors.ts';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import { forward } from '#shared/model/forward.ts';
import { count, list } from '../../format.ts';
import { bundledFile } from '../../installation.ts';
import type { Source } from '../../model/transfer.ts';
import { kindLabels } from '../../photos/folder-labels.ts';
import { type LoadFolderOptions, loadFolder } from '../folder/load.ts';
import { gather } from '../loader.ts';
import { type Dataset, joinSplits, type Split } from '../split.ts';
import { LABELS } from './labels.ts';

/** Name of the class of pictures of other things. */
export const NONE = 'None of these';

/** Images of photos, and of other things, for each image of Fashion-MNIST in an epoch. */
const PHOTOS_SHARE = 2 / 3;
const OTHERS_SHARE = 1 / 5;

interface PhotoOptions extends Pick<LoadFolderOptions, 'onProgress' | 'log'> {
  /** Chooses among the labels of a kind that has several. */
  start: Source | undefined;
}

/**
 * Returns Fashion-MNIST with photos. Training images are those of the data set and of the photos' training and test parts, the photos
 * repeated so that small kinds count more than their share; validation images are the photos' validation part.
 * @param folder photos in folders by kind, or with metadata (docs/own-images.md); `group` keeps the photos of a person in one part
 * @throws ExplainedError of kind `data` for a folder that cannot be read, of kind `usage` for a kind without a label
 */
export async function withPhotos(
  dataset: Dataset,
  folder: string,
  { start, ...options }: PhotoOptions,
): Promise<Dataset> {
  const photos = await loadFolder(folder, { input: GARMENT_INPUT, splitSeed: 0, ...options });
  const kinds = photos.classes.map((kind) => ({ kind, labels: kindLabels(kind) }));
  const hasOthers = kinds.some(({ labels }) => labels.length === 0);
  options.log?.(
    `Kinds of photos: ${list(kinds.map(({ kind, labels }) => `${kind} (${list(labels.length > 0 ? labels : [NONE])})`))}.`,
  );
  const label = labeller(
    kinds.map(({ labels }) => labels),
    start,
  );
  const [train, validation] = [joinSplits(photos.train, photos.test), photos.validation].map(label);
  const { count: size } = dataset.train;
  const none = LABELS.length;
  const added = [
    ...repeated(train, Math.round(PHOTOS_SHARE * size), (own) => own !== none),
    ...repeated(train, Math.round(OTHERS_SHARE * size), (own) => own === none),
  ];
  const { images, labels } = gather(train, Uint32Array.from(added));
  options.log?.(
    `Trains on ${count(train.count)} photos beside the ${count(size)} images of ${dataset.name}.`,
  );
  return {
    ...dataset,
    // Nobody has said what licence the photos have.
    license: undefined,
    ...(hasOthers && { classes: [...dataset.classes, NONE], none: NONE }),
    train: joinSplits(dataset.train, { count: added.length, images, labels }),
    validation,
    digests: { ...dataset.digests, photos: photos.digests.images },
  };
}

/**
 * Returns a function that replaces the kinds of photos with indices of labels. Of several labels, a photo gets the one with the highest
 * logit of `start`.
 * @param labelsOf by index of the kind; empty for other things
 */
function labeller(labelsOf: readonly (readonly string[])[], start: Source | undefined) {
  const allowed = labelsOf.map((labels) =>
    labels.map((label) => LABELS.indexOf(label as (typeof LABELS)[number])),
  );
  if (!start && allowed.some(({ length }) => length > 1)) {
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use --photos without --pretrained',
      expected:
        'a release that tells the labels of a kind apart, such as the sandals and sneakers among shoes',
      next: `Add --pretrained ${bundledFile('release/edge/tinyvgg.onnx')}.`,
    });
  }
  return (split: Split): Split => {
    const pixels = split.images.length / split.count;
    const labels = split.labels.map((kind, i) => {
      const choices = allowed[kind];
      if (!start || choices.length < 2) return choices[0] ?? LABELS.length;
      const image = Float32Array.from(
        split.images.subarray(i * pixels, (i + 1) * pixels),
        (pixel) => pixel / PIXEL_SCALE,
      );
      const logits = forward(start.network, start.weights, image, 1).at(-1) as Float32Array;
      return choices.reduce((best, label) => (logits[label] > logits[best] ? label : best));
    });
    return { ...split, labels };
  };
}

/**
 * Returns the places of images whose label fulfils a condition, `total` together. Each label occurs in proportion to the square root of
 * its number of images, between its share and the same number for all.
 */
function repeated({ labels }: Split, total: number, holds: (label: number) => boolean): number[] {
  const groups = [...Map.groupBy(labels.keys(), (i) => labels[i])].filter(([label]) => holds(label));
  const weights = groups.map(([, places]) => Math.sqrt(places.length));
  const sum = weights.reduce((a, b) => a + b, 0);
  return groups.flatMap(([, places], i) =>
    Array.from({ length: Math.round((total * weights[i]) / sum) }, (_, n) => places[n % places.length]),
  );
}
