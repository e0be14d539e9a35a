/**
 * @file Images of the data set made to look like what the photo pipeline yields: lying with sleeves spread, cut out badly, of
 * any colour. Each image depends on the seed, the epoch and its place in it alone, so that a training can go on from anywhere.
 */
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Batch } from '../../../engine/engine.ts';
import { seenFromAbove } from './above.ts';
import { Chance } from './chance.ts';
import { damage } from './damage.ts';
import { boundsOf, cutOut, layersOf } from './layers.ts';
import { place } from './place.ts';
import { isShoe, poseOf, turnOf, widthOf } from './pose.ts';
import { tone } from './tone.ts';
import { render } from './warp.ts';

/** Changes the images of a batch in place. */
export type Augment = (batch: Batch, place: { epoch: number; first: number }) => void;

/** Edge of the scene that a garment with its sleeves spread has room in, in pixels of the data set. */
const SCENE = 60;

/** Share of the shoes that are seen from above. */
const ABOVE = 0.6;

/** Share of the garments whose mask is wrong in places. */
const DAMAGED = 0.2;

/** Share of the images that are changed; the others keep the network good at the data set as it is. */
const SHARE = 0.5;

/**
 * Changes half of the images to what the photo pipeline may make of such a garment.
 * @param share of the images that are changed
 */
export function photoLike(seed: number, share: number = SHARE): Augment {
  const change = changer();
  return ({ images, labels }, { epoch, first }) => {
    for (let n = 0; n < labels.length; n++) {
      const chance = new Chance(seed, epoch, first + n);
      if (!chance.whether(share)) continue;
      change(images.subarray(n * IMAGE_PIXELS, (n + 1) * IMAGE_PIXELS), labels[n], chance);
    }
  };
}

/** What a recipe may ask for, by seed. A name never changes what it means: it is part of what a model came from. */
export const AUGMENTATIONS = {
  none: (): Augment | undefined => undefined,
  'photo-2': (seed: number): Augment | undefined => photoLike(seed),
};
export type AugmentationName = keyof typeof AUGMENTATIONS;

function changer() {
  const garment = layersOf(IMAGE_SIZE);
  const scene = layersOf(SCENE);
  const narrow = new Float32Array(SCENE * SCENE);
  const result = layersOf(IMAGE_SIZE);
  return (image: Uint8Array, label: number, chance: Chance): void => {
    cutOut(image, garment);
    const above = isShoe(label) && chance.whether(ABOVE);
    if (above) seenFromAbove(garment, chance);
    const parts = poseOf(label, garment, above, chance);
    const view = {
      turn: turnOf(label, above, chance),
      width: widthOf(label, chance),
      mirrored: chance.whether(0.5),
    };
    render(garment, parts, view, scene, chance);
    if (chance.whether(DAMAGED)) damage(scene, chance);
    const bounds = boundsOf(scene);
    if (bounds.right <= bounds.left) return;
    place(scene, bounds, narrow, result);
    tone(result, chance);
    for (let i = 0; i < IMAGE_PIXELS; i++) image[i] = Math.round(PIXEL_SCALE * result.light[i]);
  };
}
