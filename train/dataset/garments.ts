/**
 * @file Augments garments as the photo pipeline returns them: mirrors, turns, scales and shifts them on their black background. The result
 * for an image depends only on the seed, the epoch and the index of the image, so a resumed training computes the same images.
 */
import type { Shape } from '#shared/model/spec.ts';
import { type Affine, warp } from './affine.ts';
import type { Augment } from './batch.ts';
import { RandomDraws } from './random-draws.ts';

/** Largest rotation, in radians: 10 degrees. */
const MOST_ROTATION = Math.PI / 18;
/** Each edge is scaled by a factor of up to 1 ± this. */
const SCALING = 0.1;
/** Largest shift in each direction, in pixels. */
const MOST_SHIFT = 2;

/**
 * Returns an augmentation of garments of any kinds.
 * @param shape [channels, height, width] of an image
 * @param share share of the images that are turned, scaled and shifted, 0..1; half of the others are only mirrored
 */
export function augmentGarments(seed: number, shape: Shape, share = 1): Augment {
  const [channels, height, width] = shape as [number, number, number];
  const size = channels * height * width;
  // With a border of black, an image goes on with black beyond its edges.
  const framed = [channels, height + 2, width + 2];
  const before = new Uint8Array(channels * (height + 2) * (width + 2));
  return ({ images, labels }, { epoch, first }) => {
    for (let n = 0; n < labels.length; n++) {
      const random = new RandomDraws(seed, epoch, first + n);
      const image = images.subarray(n * size, (n + 1) * size);
      if (share < 1 && !random.bernoulli(share)) {
        if (random.bernoulli(0.5)) mirror(image, width);
        continue;
      }
      for (let row = 0; row < channels * height; row++) {
        const line = row + 2 * Math.floor(row / height) + 1;
        before.set(image.subarray(row * width, (row + 1) * width), line * (width + 2) + 1);
      }
      const view = viewOf(random, width, height);
      warp({ pixels: before, shape: framed }, { pixels: image, shape }, view);
    }
  };
}

/** Mirrors an image in place, left to right. */
function mirror(image: Uint8Array, width: number): void {
  for (let row = 0; row < image.length; row += width) image.subarray(row, row + width).reverse();
}

/** Draws a map from the new image to the framed old one. */
function viewOf(random: RandomDraws, width: number, height: number): Affine {
  const factor = () => 1 / random.uniform(1 - SCALING, 1 + SCALING);
  const [across, down] = [factor() * random.sign(), factor()];
  const angle = random.uniform(-MOST_ROTATION, MOST_ROTATION);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const view = { xx: cos * across, xy: -sin * down, yx: sin * across, yy: cos * down };
  const shift = () => Math.round(random.uniform(-MOST_SHIFT - 0.5, MOST_SHIFT + 0.5));
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  return {
    ...view,
    x0: middleX + 1 + shift() - view.xx * middleX - view.xy * middleY,
    y0: middleY + 1 + shift() - view.yx * middleX - view.yy * middleY,
  };
}
