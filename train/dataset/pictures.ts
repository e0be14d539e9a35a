/**
 * @file Augments pictures of anything: mirrors, crops, rotates and recolours them. The result for an image depends only on the seed, the
 * epoch and the index of the image, so a resumed training computes the same images.
 */
import type { Shape } from '#shared/model/spec.ts';
import { type Affine, warp } from './affine.ts';
import type { Augment } from './batch.ts';
import { RandomDraws } from './random-draws.ts';

/** Least share of the width and of the height that a crop keeps. */
const LEAST_EDGE = 0.7;
/** Largest rotation, in radians: 15 degrees. */
const MOST_ROTATION = Math.PI / 12;
/** Brightness, contrast and saturation are changed by a factor of up to 1 ± this. */
const RECOLOURING = 0.3;

/** What an augmented picture differs in. Each can be left out: a mirrored letter may be another one, and a ripe fruit is known by its colour. */
export const PICTURE_CHANGES = ['mirrored', 'cropped', 'rotated', 'recoloured'] as const;
export type PictureChange = (typeof PICTURE_CHANGES)[number];

/**
 * Returns an augmentation of pictures that were scaled to the same size.
 * @param shape [channels, height, width] of an image
 */
export function augmentPictures(seed: number, shape: Shape, changes: readonly PictureChange[]): Augment {
  const changed = new Set(changes);
  const [channels, height, width] = shape as [number, number, number];
  const size = channels * height * width;
  const before = new Uint8Array(size);
  return ({ images, labels }, { epoch, first }) => {
    for (let n = 0; n < labels.length; n++) {
      const image = images.subarray(n * size, (n + 1) * size);
      const random = new RandomDraws(seed, epoch, first + n);
      before.set(image);
      warp({ pixels: before, shape }, { pixels: image, shape }, viewOf(random, width, height, changed));
      if (changed.has('recoloured')) recolour(image, channels, random);
    }
  };
}

/** Draws a crop of the image, which is turned and perhaps mirrored. */
function viewOf(random: RandomDraws, width: number, height: number, changed: Set<PictureChange>): Affine {
  const leastEdge = changed.has('cropped') ? LEAST_EDGE : 1;
  const mostRotation = changed.has('rotated') ? MOST_ROTATION : 0;
  const across = random.uniform(leastEdge, 1) * (changed.has('mirrored') ? random.sign() : 1);
  const down = random.uniform(leastEdge, 1);
  const angle = random.uniform(-mostRotation, mostRotation);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const view = { xx: cos * across, xy: -sin * down, yx: sin * across, yy: cos * down };
  // The middle of the crop is as far from the middle of the image as the crop's edges allow.
  const middleX = (width - 1) / 2 + random.uniform(-0.5, 0.5) * (1 - Math.abs(across)) * width;
  const middleY = (height - 1) / 2 + random.uniform(-0.5, 0.5) * (1 - down) * height;
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  return {
    ...view,
    x0: middleX - view.xx * centreX - view.xy * centreY,
    y0: middleY - view.yx * centreX - view.yy * centreY,
  };
}

/** Changes brightness, contrast and, of RGB images, saturation. */
function recolour(image: Uint8Array, channels: number, random: RandomDraws): void {
  const factor = () => random.uniform(1 - RECOLOURING, 1 + RECOLOURING);
  const [brightness, contrast, saturation] = [factor(), factor(), factor()];
  const plane = image.length / channels;
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  for (let i = 0; i < plane; i++) {
    let grey = 0;
    for (let at = i; at < image.length; at += plane) grey += image[at] / channels;
    for (let at = i; at < image.length; at += plane) {
      const saturated = grey + saturation * (image[at] - grey);
      const value = brightness * (mean + contrast * (saturated - mean));
      image[at] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
}
