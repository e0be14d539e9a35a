/** @file The augmentations of training images by name. Summaries record the name, so a changed augmentation needs a new name. */
import { isDeepStrictEqual } from 'node:util';
import { ExplainedError } from '#shared/errors.ts';
import type { Augment } from './batch.ts';
import { photoLike } from './fashion-mnist/augment/augment.ts';
import { DESCRIPTION } from './fashion-mnist/description.ts';
import { augmentGarments } from './garments.ts';
import { augmentPictures, PICTURE_CHANGES } from './pictures.ts';
import { augmentShifts } from './shifts.ts';
import type { Dataset } from './split.ts';

/** What an augmentation needs to know of the images. */
type Images = Pick<Dataset, 'shape' | 'preprocessing' | 'classes'>;

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
type AugmentationFor = (seed: number, images: Images) => Augment | undefined;

const NAMED = {
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
} satisfies Record<string, AugmentationFor>;

/** `pictures-1`, or the same without some of its changes. */
type PicturesName =
  `pictures-1${'' | '-unmirrored'}${'' | '-uncropped'}${'' | '-unrotated'}${'' | '-unrecoloured'}`;

const PICTURES_NAMES = PICTURE_CHANGES.reduce<string[]>(
  (names, change) => names.flatMap((name) => [name, `${name}-un${change}`]),
  ['pictures-1'],
) as PicturesName[];

export type AugmentationName = keyof typeof NAMED | PicturesName;
export const AUGMENTATION_NAMES = [...(Object.keys(NAMED) as (keyof typeof NAMED)[]), ...PICTURES_NAMES];

/** The names as a usage text writes them: brackets mark what may be left out. */
export const AUGMENTATION_USAGE = [
  ...Object.keys(NAMED),
  `pictures-1${PICTURE_CHANGES.map((change) => `[-un${change}]`).join('')}`,
].join(', ');

/** @throws ExplainedError of kind `usage` when the augmentation is made for other images */
export function augmentationFor(name: AugmentationName, seed: number, images: Images): Augment | undefined {
  if (isPictures(name))
    return augmentPictures(
      seed,
      images.shape,
      PICTURE_CHANGES.filter((change) => !name.includes(`-un${change}`)),
    );
  return NAMED[name](seed, images);
}

const isPictures = (name: AugmentationName): name is PicturesName => name.startsWith('pictures-1');

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
