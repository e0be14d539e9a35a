/** @file Shifted and mirrored images: which results there are, how often, and what they depend on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentShifts } from '../../../train/dataset/shifts.ts';

const [CHANNELS, HEIGHT, WIDTH] = [2, 5, 6];
const SIZE = CHANNELS * HEIGHT * WIDTH;

const batchOf = (count: number, image: readonly number[]) => ({
  images: Uint8Array.from({ length: count * SIZE }, (_, i) => image[i % SIZE]),
  labels: new Uint16Array(count),
});

const picture = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: SIZE, maxLength: SIZE });

/** Returns the picture, mirrored or not, shifted to the right and down. */
function moved(image: readonly number[], mirrored: boolean, right: number, down: number): string {
  return Array.from({ length: SIZE }, (_, i) => {
    const [x, y] = [(i % WIDTH) - right, (Math.floor(i / WIDTH) % HEIGHT) - down];
    if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT) return 0;
    const plane = Math.floor(i / (WIDTH * HEIGHT));
    return image[(plane * HEIGHT + y) * WIDTH + (mirrored ? WIDTH - 1 - x : x)];
  }).join();
}

describe('augmentShifts', () => {
  it('gives each of the 18 shifted and mirrored images about equally often, and no other', () => {
    const image = Array.from({ length: SIZE }, (_, i) => 1 + i);
    const expected = [false, true].flatMap((mirrored) =>
      [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => moved(image, mirrored, right, down))),
    );
    const batch = batchOf(1800, image);
    augmentShifts(1, [CHANNELS, HEIGHT, WIDTH])(batch, { epoch: 0, first: 0 });
    const counts = new Map(expected.map((pixels) => [pixels, 0]));
    for (let n = 0; n < 1800; n++) {
      const pixels = batch.images.subarray(n * SIZE, (n + 1) * SIZE).join();
      expect(expected).toContain(pixels);
      counts.set(pixels, (counts.get(pixels) ?? 0) + 1);
    }
    // 100 in the mean, with a standard deviation of 10.
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });

  it('depends only on the seed, the epoch and the index of the image', () => {
    const augment = augmentShifts(7, [CHANNELS, HEIGHT, WIDTH]);
    fc.assert(
      fc.property(
        picture,
        fc.nat(40),
        fc.nat(5),
        fc.integer({ min: 1, max: 6 }),
        (image, first, epoch, count) => {
          const together = batchOf(count, image);
          augment(together, { epoch, first });
          for (let n = 0; n < count; n++) {
            const alone = batchOf(1, image);
            augment(alone, { epoch, first: first + n });
            expect(together.images.subarray(n * SIZE, (n + 1) * SIZE)).toEqual(alone.images);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
