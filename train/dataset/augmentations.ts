/** @file The augmentations of training images by name. Summaries record the name, so a changed augmentation needs a new name. */
import { isDeepStrictEqual } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import type { Augment } from './batch.ts';
import { photoLike } from './fashion-mnist/augment/augment.ts';
import { DESCRIPTION } from './fashion-mnist/description.ts';
import { augmentGarments } from './garments.ts';
import { augmentPictures } from './pictures.ts';
import { augmentShifts } from './shifts.ts';
import type { Dataset } from './split.ts';

/** What an augmentation needs to know of the images. */
type Images = Pick<Dataset, 'shape' | 'preprocessing' | 'classes'>;

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
type AugmentationFor = (seed: number, images: Images) => Augment | undefined;

export const AUGMENTATIONS = {
  none: () => undefined,
  'photo-2': (seed, { classes }) => {
    // It moves sleeves and legs, so it must know which class is which.
    if (isDeepStrictEqual([...classes], [...DESCRIPTION.classes])) return photoLike(seed);
    throw unfit('photo-2', 'the classes of Fashion-MNIST', 'pictures-1, or garments-1 with --fit garment');
  },
  'shifts-1': (seed, images) => augmentShifts(seed, onBlack('shifts-1', images).shape, { fades: false }),
  'shifts-fading-1': (seed, images) =>
    augmentShifts(seed, onBlack('shifts-fading-1', images).shape, { fades: true }),
  'garments-1': (seed, images) => augmentGarments(seed, onBlack('garments-1', images).shape),
  // The other half is at most mirrored: the Worker's images are not turned or scaled.
  'garments-half-2': (seed, images) => augmentGarments(seed, onBlack('garments-half-2', images).shape, 0.5),
  'pictures-1': (seed, { shape }) => augmentPictures(seed, { shape, mirrors: true }),
  'pictures-1-unmirrored': (seed, { shape }) => augmentPictures(seed, { shape, mirrors: false }),
} satisfies Record<string, AugmentationFor>;
export type AugmentationName = keyof typeof AUGMENTATIONS;

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
export const augmentationFor = (name: AugmentationName, seed: number, images: Images): Augment | undefined =>
  AUGMENTATIONS[name](seed, images);

/** @throws ExplainedError of kind `usage` when the images may have another background than black */
function onBlack(augmentation: string, images: Images): Images {
  if (images.preprocessing.kind === 'garment') return images;
  throw unfit(augmentation, 'images on black, of --fit garment', 'pictures-1');
}

const unfit = (name: string, expected: string, instead: string): ExplainedError =>
  new ExplainedError({
    kind: 'usage',
    what: `cannot use the augmentation ${name}`,
    expected,
    got: 'other images',
    next: `Use --augmentation ${instead}.`,
  });
