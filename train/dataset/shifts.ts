/**
 * @file Augments images on a black background: mirrors and shifts them by up to one pixel. The result for an image depends only on the
 * seed, the epoch, the progress of the training and the index of the image, so a resumed training computes the same images.
 */
import type { Shape } from '#shared/model/spec.ts';
import type { Augment } from './batch.ts';
import { RandomDraws } from './random-draws.ts';

/**
 * Returns an augmentation that mirrors half of the images, and shifts each by −1, 0 or 1 pixel in each direction. Pixels that come in at
 * an edge are black.
 * @param shape [channels, height, width] of an image
 * @param fades whether both become rarer from epoch to epoch, linearly towards never
 */
export function augmentShifts(seed: number, shape: Shape, { fades }: { fades: boolean }): Augment {
  const [channels, height, width] = shape as [number, number, number];
  const size = channels * height * width;
  const before = new Uint8Array(size);
  return ({ images, labels }, { epoch, progress, first }) => {
    const strength = fades ? 1 - progress : 1;
    for (let n = 0; n < labels.length; n++) {
      const random = new RandomDraws(seed, epoch, first + n);
      const mirrored = random.bernoulli(strength / 2);
      const [right, down] = [shiftOf(random, strength), shiftOf(random, strength)];
      const image = images.subarray(n * size, (n + 1) * size);
      before.set(image);
      image.fill(0);
      for (let row = 0; row < channels * height; row++) {
        const from = (row % height) - down;
        if (from < 0 || from >= height) continue;
        const line = (row - down) * width;
        for (let x = 0; x < width; x++) {
          const column = mirrored ? width - 1 - x + right : x - right;
          if (column >= 0 && column < width) image[row * width + x] = before[line + column];
        }
      }
    }
  };
}

/** Draws −1 and 1 with a probability of a third of the strength each, else 0. */
function shiftOf(random: RandomDraws, strength: number): number {
  const drawn = random.uniform(-1, 2);
  if (drawn < strength - 1) return -1;
  return drawn < 2 - strength ? 0 : 1;
}
