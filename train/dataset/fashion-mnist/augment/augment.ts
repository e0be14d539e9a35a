/**
 * @file Augments training images to look like the output of the photo pipeline: garments with spread sleeves, with imperfect masks, and
 * of any colour. The result for an image depends only on the seed, the epoch and the index of the image, so a resumed training computes
 * the same images.
 */
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { Augment } from '../../batch.ts';
import { RandomDraws } from '../../random-draws.ts';
import { changeAppearance } from './appearance.ts';
import { boundsOf, cutOut, emptyCutout } from './cutout.ts';
import { addMaskErrors } from './mask-errors.ts';
import { place } from './place.ts';
import { isShoe, partsOf, rotationOf, widthFactorOf } from './pose.ts';
import { viewFromAbove } from './shoe-from-above.ts';
import { render } from './warp.ts';

/** Edge of the scene in pixels of the data set: large enough for a garment with spread sleeves. */
const SCENE = 60;

/** Share of the augmented shoes that are seen from above. */
const FROM_ABOVE = 0.6;

/** Share of the augmented images with mask errors. */
const MASK_ERRORS = 0.2;

/** Share of the images that are augmented. The unchanged ones keep the network accurate on the data set itself. */
const SHARE = 0.5;

/**
 * Returns an augmentation that makes images look like the output of the photo pipeline.
 * @param share share of the images that are changed, 0..1
 */
export function photoLike(seed: number, share: number = SHARE): Augment {
  const transform = photoTransform();
  return ({ images, labels }, { epoch, first }) => {
    for (let n = 0; n < labels.length; n++) {
      const random = new RandomDraws(seed, epoch, first + n);
      if (!random.bernoulli(share)) continue;
      transform(images.subarray(n * IMAGE_PIXELS, (n + 1) * IMAGE_PIXELS), labels[n], random);
    }
  };
}

/** Returns a function that changes one image in place. The function reuses its working memory. */
function photoTransform() {
  const garment = emptyCutout(IMAGE_SIZE);
  const scene = emptyCutout(SCENE);
  const workspace = new Float32Array(SCENE * SCENE);
  const result = emptyCutout(IMAGE_SIZE);
  return (image: Uint8Array, label: number, random: RandomDraws): void => {
    cutOut(image, garment);
    const fromAbove = isShoe(label) && random.bernoulli(FROM_ABOVE);
    if (fromAbove) viewFromAbove(garment, random);
    const parts = partsOf(label, garment, fromAbove, random);
    const view = {
      rotation: rotationOf(label, fromAbove, random),
      widthFactor: widthFactorOf(label, random),
      mirrored: random.bernoulli(0.5),
    };
    render(garment, parts, view, scene, random);
    if (random.bernoulli(MASK_ERRORS)) addMaskErrors(scene, random);
    const bounds = boundsOf(scene);
    if (bounds.right <= bounds.left) return;
    place(scene, bounds, workspace, result);
    changeAppearance(result, random);
    for (let i = 0; i < IMAGE_PIXELS; i++) image[i] = Math.round(PIXEL_SCALE * result.grey[i]);
  };
}
