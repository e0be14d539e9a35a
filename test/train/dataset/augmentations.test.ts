/** @file Which augmentations are refused for which images. */
import { expect, it } from 'vitest';
import { GARMENT_INPUT } from '#shared/input/prepare.ts';
import {
  AUGMENTATION_NAMES,
  AUGMENTATION_USAGE,
  type AugmentationName,
  augmentationFor,
} from '../../../train/dataset/augmentations.ts';
import { DESCRIPTION } from '../../../train/dataset/fashion-mnist/description.ts';

const PICTURES = {
  shape: [3, 24, 32],
  preprocessing: { kind: 'fit', version: 1, mode: 'cover' },
  classes: ['cat', 'dog'],
} as const;
const GARMENTS = { ...GARMENT_INPUT, classes: ['dress', 'hat'] };

it('photo-2 is refused for other classes than those of Fashion-MNIST, with what to use', () => {
  for (const images of [PICTURES, GARMENTS, { ...GARMENTS, classes: DESCRIPTION.classes.toSorted() }])
    expect(() => augmentationFor('photo-2', 1, images)).toThrow(
      'cannot use the augmentation photo-2: expected the classes of Fashion-MNIST, got other images. Use --augmentation pictures-1, or garments-1 with --fit garment.',
    );
  expect(augmentationFor('photo-2', 1, DESCRIPTION)).toBeTypeOf('function');
});

it.each(['shifts-1', 'shifts-fading-1', 'garments-1', 'garments-half-2'] as const)(
  '%s is refused for pictures that the photo pipeline did not prepare',
  (name) => {
    expect(() => augmentationFor(name, 1, PICTURES)).toThrow(
      `cannot use the augmentation ${name}: expected images on black, of --fit garment, got other images. Use --augmentation pictures-1.`,
    );
    expect(augmentationFor(name, 1, GARMENTS)).toBeTypeOf('function');
  },
);

it('the name of pictures-1 says what is left out', () => {
  const augmented = (name: AugmentationName) => {
    const images = Uint8Array.from({ length: 3 * 24 * 32 }, (_, i) => (i * 7) % 256);
    augmentationFor(
      name,
      1,
      PICTURES,
    )?.({ images, labels: new Uint16Array(1) }, { epoch: 0, progress: 0, first: 0 });
    return images.join();
  };
  const names = AUGMENTATION_NAMES.filter((name) => name.startsWith('pictures-1'));
  expect(names).toHaveLength(16);
  expect(new Set(names.map(augmented)).size).toBe(16);
  expect(augmented('pictures-1-unmirrored-uncropped-unrotated-unrecoloured')).toBe(augmented('none'));
});

it('the usage text has every name', () => {
  // Reads the text as a shell user does: what is in brackets may be left out.
  const written = AUGMENTATION_USAGE.split(', ').flatMap((usage) =>
    usage
      .split(/[[\]]+/)
      .filter(Boolean)
      .reduce<string[]>(
        (names, part, i) => (i === 0 ? [part] : names.flatMap((name) => [name, name + part])),
        [],
      ),
  );
  expect(written.toSorted()).toEqual(AUGMENTATION_NAMES.toSorted());
});
