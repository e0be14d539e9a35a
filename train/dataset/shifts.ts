/**
 * @file Augments images on a black background: mirrors and shifts them by up to one pixel. The result for an image depends only on the
 * seed, the epoch and the index of the image, so a resumed training computes the same images.
 */
import type { Shape } from '#shared/model/spec.ts';
import type { Augment } from './batch.ts';
import { RandomDraws } from './random-draws.ts';

/**
 * Returns an augmentation that mirrors half of the images, and shifts each by −1, 0 or 1 pixel in each direction. Pixels that come in at
 * an edge are black.
 * @param shape [channels, height, width] of an image
 */
export function augmentShifts(seed: number, shape: Shape): Augment {
  const [channels, height, width] = shape as [number, number, number];
  const size = channels * height * width;
  const before = new Uint8Array(size);
  return ({ images, labels }, { epoch, first }) => {
    for (let n = 0; n < labels.length; n++) {
      const random = new RandomDraws(seed, epoch, first + n);
      const mirrored = random.bernoulli(0.5);
      const shift = () => Math.floor(random.uniform(-1, 2));
      const [right, down] = [shift(), shift()];
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
