/** @file Augmented garments: what changes, what stays, and what the result depends on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentGarments } from '../../../train/dataset/garments.ts';

const EDGE = 28;
const SIZE = EDGE * EDGE;
const SHAPE = [1, EDGE, EDGE];

/** Returns a batch of `count` copies of an image. */
const batchOf = (count: number, value: (x: number, y: number) => number) => ({
  images: Uint8Array.from({ length: count * SIZE }, (_, i) => value(i % EDGE, Math.floor(i / EDGE) % EDGE)),
  labels: new Uint16Array(count),
});

/** A bar left of the middle, as tall as the image. */
const bar = (x: number) => (x >= 8 && x < 12 ? 200 : 0);
/** A square of 8 × 8 pixels in the middle. */
const square = (x: number, y: number) => (Math.abs(x - 13.5) < 4 && Math.abs(y - 13.5) < 4 ? 200 : 0);

/** Returns the sum of an image, and its centre of gravity. */
function momentsOf(image: Uint8Array): { mass: number; x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  for (const [i, value] of image.entries()) {
    mass += value;
    x += value * (i % EDGE);
    y += value * Math.floor(i / EDGE);
  }
  return { mass, x: x / mass, y: y / mass };
}

const augmented = (seed: number, value: (x: number, y: number) => number) => {
  const batch = batchOf(300, value);
  augmentGarments(seed, SHAPE)(batch, { epoch: 0, progress: 0, first: 0 });
  return Array.from(batch.labels, (_, n) => batch.images.subarray(n * SIZE, (n + 1) * SIZE));
};

describe('augmented garments', () => {
  it('depend only on the seed, the epoch and the index of the image', () => {
    const augment = augmentGarments(1, SHAPE);
    fc.assert(
      fc.property(fc.nat(40), fc.nat(5), fc.integer({ min: 1, max: 6 }), (first, epoch, count) => {
        const together = batchOf(count, bar);
        augment(together, { epoch, progress: 0, first });
        for (let n = 0; n < count; n++) {
          const alone = batchOf(1, bar);
          augment(alone, { epoch, progress: 0, first: first + n });
          expect(together.images.subarray(n * SIZE, (n + 1) * SIZE)).toEqual(alone.images);
        }
      }),
      { numRuns: 25 },
    );
    const changed = [
      [1, 0, 0],
      [1, 0, 1],
      [1, 1, 0],
      [2, 0, 0],
    ].map(([seed, epoch, first]) => {
      const batch = batchOf(1, bar);
      augmentGarments(seed, SHAPE)(batch, { epoch, progress: 0, first });
      return batch.images.join();
    });
    expect(new Set(changed).size).toBe(4);
  });

  it('are mirrored half of the time', () => {
    const right = augmented(3, bar).filter((image) => momentsOf(image).x > 13.5);
    expect(right.length).toBeGreaterThan(120);
    expect(right.length).toBeLessThan(180);
  });

  it('are shifted by up to two pixels in each direction, and keep their place on average', () => {
    const centres = augmented(4, square).map(momentsOf);
    for (const axis of ['x', 'y'] as const) {
      const shifts = centres.map((centre) => centre[axis] - 13.5);
      expect(shifts.reduce((a, b) => a + b, 0) / shifts.length).toBeCloseTo(0, 0);
      expect(Math.max(...shifts)).toBeGreaterThan(1.5);
      expect(Math.max(...shifts.map(Math.abs))).toBeLessThan(2.6);
    }
  });

  it('keep their area within a fifth, and stay on black', () => {
    const [before] = [momentsOf(batchOf(1, square).images).mass];
    const images = augmented(5, square);
    const ratios = images.map((image) => momentsOf(image).mass / before);
    expect(Math.max(...ratios)).toBeLessThan(1.25);
    expect(Math.max(...ratios)).toBeGreaterThan(1.1);
    expect(Math.min(...ratios)).toBeGreaterThan(0.78);
    expect(Math.min(...ratios)).toBeLessThan(0.9);
    // The border of an image that fills its frame is not repeated where the image is shifted away.
    const white = augmented(6, () => 255);
    expect(white.filter((image) => image.includes(0)).length).toBeGreaterThan(200);
  });

  it('are turned and scaled in the given share of the images, and half of the others are mirrored', () => {
    const left = (x: number, y: number) => (x < 5 ? 200 - x - y : 0);
    const batch = batchOf(400, left);
    augmentGarments(7, SHAPE, 0.5)(batch, { epoch: 0, progress: 0, first: 0 });
    const images = Array.from(batch.labels, (_, n) => batch.images.subarray(n * SIZE, (n + 1) * SIZE).join());
    const countOf = (expected: (x: number, y: number) => number) => {
      const pixels = batchOf(1, expected).images.join();
      return images.filter((image) => image === pixels).length;
    };
    // 100 each in the mean, with a standard deviation of 9.
    for (const expected of [left, (x: number, y: number) => left(EDGE - 1 - x, y)]) {
      expect(countOf(expected)).toBeGreaterThan(65);
      expect(countOf(expected)).toBeLessThan(135);
    }
  });
});
