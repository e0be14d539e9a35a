/** @file Augmented pictures: what changes, what stays, and what the result depends on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmentPictures } from '../../../train/dataset/pictures.ts';

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
  const augment = augmentPictures(1, { shape: SHAPE, mirrors: true });

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
      augmentPictures(seed, { shape: SHAPE, mirrors: true })(batch, { epoch, progress: 0, first });
      return batch.images.join();
    };
    const all = [changed(1, 0, 0), changed(1, 0, 1), changed(1, 1, 0), changed(2, 0, 0)];
    expect(new Set(all).size).toBe(4);
  });

  it('are mirrored half of the time, and never without mirrors', () => {
    const mirrored = (mirrors: boolean) => {
      const batch = batchOf(200, slopes);
      augmentPictures(3, { shape: SHAPE, mirrors })(batch, { epoch: 0, progress: 0, first: 0 });
      return batch.labels.reduce((sum, _, n) => {
        const red = batch.images.subarray(n * SIZE, n * SIZE + HEIGHT * WIDTH);
        const half = (right: boolean) => meanOf(red.filter((_, i) => i % WIDTH >= WIDTH / 2 === right));
        return sum + Number(half(false) > half(true));
      }, 0);
    };
    expect(mirrored(true)).toBeGreaterThan(70);
    expect(mirrored(true)).toBeLessThan(130);
    expect(mirrored(false)).toBe(0);
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
    augmentPictures(1, { shape: [1, 6, 6], mirrors: true })(
      { images, labels: new Uint16Array(2) },
      { epoch: 0, progress: 0, first: 0 },
    );
    expect(images.some((value, i) => value !== i * 3)).toBe(true);
  });
});
