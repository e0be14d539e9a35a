/** @file Augmented pictures: what changes, what stays, and what the result depends on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentPictures, PICTURE_CHANGES, type PictureChange } from '../../../train/dataset/pictures.ts';

const [CHANNELS, HEIGHT, WIDTH] = [3, 24, 32];
const SHAPE = [CHANNELS, HEIGHT, WIDTH];
const SIZE = CHANNELS * HEIGHT * WIDTH;

/** Returns a batch of `count` copies of a picture. */
const batchOf = (count: number, value: (x: number, y: number, channel: number) => number) => ({
  images: Uint8Array.from({ length: count * SIZE }, (_, i) =>
    value(i % WIDTH, Math.floor(i / WIDTH) % HEIGHT, Math.floor(i / (WIDTH * HEIGHT)) % CHANNELS),
  ),
  labels: new Uint16Array(count),
});

/** Red grows to the right, green downwards; blue is constant. */
const slopes = (x: number, y: number, channel: number) => [60 + 4 * x, 60 + 5 * y, 128][channel];

const meanOf = (values: Iterable<number>) => {
  const list = [...values];
  return list.reduce((a, b) => a + b, 0) / list.length;
};

describe('augmented pictures', () => {
  const augment = augmentPictures(1, SHAPE, PICTURE_CHANGES);

  it('depend only on the seed, the epoch and the index of the image', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(5), fc.integer({ min: 1, max: 6 }), (first, epoch, count) => {
        const together = batchOf(count, slopes);
        augment(together, { epoch, progress: 0, first });
        for (let n = 0; n < count; n++) {
          const alone = batchOf(1, slopes);
          augment(alone, { epoch, progress: 0, first: first + n });
          expect(together.images.subarray(n * SIZE, (n + 1) * SIZE)).toEqual(alone.images);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('differ between images, epochs and seeds', () => {
    const changed = (seed: number, epoch: number, first: number) => {
      const batch = batchOf(1, slopes);
      augmentPictures(seed, SHAPE, PICTURE_CHANGES)(batch, { epoch, progress: 0, first });
      return batch.images.join();
    };
    const all = [changed(1, 0, 0), changed(1, 0, 1), changed(1, 1, 0), changed(2, 0, 0)];
    expect(new Set(all).size).toBe(4);
  });

  /** Augments 200 copies of a picture with one change, or with all but one. */
  const augmented = (changes: readonly PictureChange[], value = slopes) => {
    const { images, labels } = batchOf(200, value);
    augmentPictures(3, SHAPE, changes)({ images, labels }, { epoch: 0, progress: 0, first: 0 });
    return Array.from(labels, (_, n) => images.subarray(n * SIZE, (n + 1) * SIZE));
  };
  const original = batchOf(1, slopes).images;
  const everythingBut = (change: PictureChange) => PICTURE_CHANGES.filter((other) => other !== change);
  const columnMeans = (image: Uint8Array, channel: number) =>
    Array.from({ length: WIDTH }, (_, x) =>
      meanOf(
        image.subarray(channel * HEIGHT * WIDTH).filter((_, i) => i < HEIGHT * WIDTH && i % WIDTH === x),
      ),
    );
  /** Red grows to the right, so the picture is mirrored where it falls. */
  const isMirrored = (image: Uint8Array) =>
    columnMeans(image, 0)[0] > (columnMeans(image, 0).at(-1) as number);

  it('do not differ from the picture without any change', () => {
    for (const image of augmented([])) expect(image).toEqual(original);
  });

  it('are mirrored half of the time, and never without', () => {
    const share = meanOf(augmented(PICTURE_CHANGES).map((image) => Number(isMirrored(image))));
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);
    expect(augmented(everythingBut('mirrored')).some(isMirrored)).toBe(false);
    const mirrored = Uint8Array.from(original, (_, i) => original[i - (i % WIDTH) + WIDTH - 1 - (i % WIDTH)]);
    const kinds = augmented(['mirrored']).map((image) =>
      [original, mirrored].findIndex((other) => image.join() === other.join()),
    );
    expect(new Set(kinds)).toEqual(new Set([0, 1]));
  });

  it('keep the colours of a plain picture when they are not recoloured', () => {
    const plain = (_x: number, _y: number, channel: number) => [200, 100, 50][channel];
    const same = batchOf(1, plain).images;
    for (const image of augmented(everythingBut('recoloured'), plain)) expect(image).toEqual(same);
    expect(augmented(['recoloured'], plain).some((image) => image.join() !== same.join())).toBe(true);
  });

  it('keep their horizontal lines when they are not rotated', () => {
    // Rows of one colour stay rows of one colour, unless they are turned.
    const rows = (_x: number, y: number) => 40 + 7 * y;
    const hasLevelRows = (image: Uint8Array) =>
      Array.from({ length: HEIGHT }, (_, y) => new Set(image.subarray(y * WIDTH, (y + 1) * WIDTH))).every(
        ({ size }) => size === 1,
      );
    expect(augmented(everythingBut('rotated'), rows).every(hasLevelRows)).toBe(true);
    expect(augmented(['rotated'], rows).filter(hasLevelRows).length).toBeLessThan(20);
  });

  it('show the whole picture when they are not cropped', () => {
    const range = (image: Uint8Array) =>
      Math.max(...image.subarray(0, HEIGHT * WIDTH)) - Math.min(...image.subarray(0, HEIGHT * WIDTH));
    const ofAll = range(original);
    const uncropped = augmented(['mirrored']).map(range);
    expect(new Set(uncropped)).toEqual(new Set([ofAll]));
    const cropped = augmented(['mirrored', 'cropped']).map(range);
    expect(Math.min(...cropped)).toBeLessThan(0.75 * ofAll);
    // In a rotated picture, the middle stays in the middle.
    const middle = (image: Uint8Array) => image[(HEIGHT / 2) * WIDTH + WIDTH / 2];
    expect(augmented(['rotated']).every((image) => Math.abs(middle(image) - middle(original)) <= 4)).toBe(
      true,
    );
    expect(
      augmented(['rotated', 'cropped']).some((image) => Math.abs(middle(image) - middle(original)) > 8),
    ).toBe(true);
  });

  it('keep their colours on average, and show at least half of the picture', () => {
    const batch = batchOf(400, slopes);
    augment(batch, { epoch: 0, progress: 0, first: 0 });
    const plane = HEIGHT * WIDTH;
    const means = [0, 1, 2].map((channel) =>
      meanOf(batch.images.filter((_, i) => Math.floor(i / plane) % CHANNELS === channel)),
    );
    for (const [channel, mean] of [122, 117.5, 128].entries()) expect(means[channel]).toBeCloseTo(mean, -1);
    for (let n = 0; n < 20; n++) {
      const red = batch.images.subarray(n * SIZE, n * SIZE + plane);
      expect(Math.max(...red) - Math.min(...red)).toBeGreaterThan(30);
    }
  });

  it('stay plain where the picture is plain', () => {
    const batch = batchOf(50, (_x, _y, channel) => [200, 100, 50][channel]);
    augment(batch, { epoch: 0, progress: 0, first: 0 });
    for (let start = 0; start < batch.images.length; start += HEIGHT * WIDTH) {
      expect(new Set(batch.images.subarray(start, start + HEIGHT * WIDTH)).size).toBe(1);
    }
  });

  it('may be grey', () => {
    const images = Uint8Array.from({ length: 2 * 36 }, (_, i) => i * 3);
    augmentPictures(
      1,
      [1, 6, 6],
      PICTURE_CHANGES,
    )({ images, labels: new Uint16Array(2) }, { epoch: 0, progress: 0, first: 0 });
    expect(images.some((value, i) => value !== i * 3)).toBe(true);
  });
});
