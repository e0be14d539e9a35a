/** @file The augmentations of training images by name. Summaries record the name, so a changed augmentation needs a new name. */
import { ExplainedError } from '#shared/errors.ts';
import type { Augment } from './batch.ts';
import { photoLike } from './fashion-mnist/augment/augment.ts';
import { augmentPictures } from './pictures.ts';
import type { Dataset } from './split.ts';

/** What an augmentation needs to know of the images. */
type Images = Pick<Dataset, 'shape' | 'preprocessing'>;

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
type AugmentationFor = (seed: number, images: Images) => Augment | undefined;

export const AUGMENTATIONS = {
  none: () => undefined,
  'photo-2': (seed, { preprocessing }) => {
    if (preprocessing.kind === 'garment') return photoLike(seed);
    throw new ExplainedError({
      kind: 'usage',
      what: 'cannot use the augmentation photo-2',
      expected: 'the garments of Fashion-MNIST',
      got: 'a folder of images',
      next: 'Use --augmentation pictures-1.',
    });
  },
  'pictures-1': (seed, { shape }) => augmentPictures(seed, { shape, mirrors: true }),
  'pictures-1-unmirrored': (seed, { shape }) => augmentPictures(seed, { shape, mirrors: false }),
} satisfies Record<string, AugmentationFor>;
export type AugmentationName = keyof typeof AUGMENTATIONS;

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
export const augmentationFor = (name: AugmentationName, seed: number, images: Images): Augment | undefined =>
  AUGMENTATIONS[name](seed, images);
