/** @file Shifted and mirrored images: which results there are, how often, and what they depend on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Augment } from '../../../train/dataset/batch.ts';
import { augmentShifts } from '../../../train/dataset/shifts.ts';

const SHAPE = [2, 5, 6] as const;
const [CHANNELS, HEIGHT, WIDTH] = SHAPE;
const SIZE = CHANNELS * HEIGHT * WIDTH;

const batchOf = (count: number, image: readonly number[]) => ({
  images: Uint8Array.from({ length: count * SIZE }, (_, i) => image[i % SIZE]),
  labels: new Uint16Array(count),
});

const picture = fc.array(fc.integer({ min: 1, max: 255 }), { minLength: SIZE, maxLength: SIZE });

/** Returns the picture, mirrored or not, shifted to the right and down. */
function moved(image: readonly number[], { mirrored, right, down }: Move): string {
  return Array.from({ length: SIZE }, (_, i) => {
    const [x, y] = [(i % WIDTH) - right, (Math.floor(i / WIDTH) % HEIGHT) - down];
    if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT) return 0;
    const plane = Math.floor(i / (WIDTH * HEIGHT));
    return image[(plane * HEIGHT + y) * WIDTH + (mirrored ? WIDTH - 1 - x : x)];
  }).join();
}

interface Move {
  mirrored: boolean;
  right: number;
  down: number;
}

const MOVES: readonly Move[] = [false, true].flatMap((mirrored) =>
  [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => ({ mirrored, right, down }))),
);

/** Augments copies of an image whose pixels all differ. Returns how many each move made; fails when one is of no move. */
function countMoves(
  augment: Augment,
  { count, progress }: { count: number; progress: number },
): Map<Move, number> {
  const image = Array.from({ length: SIZE }, (_, i) => 1 + i);
  const batch = batchOf(count, image);
  augment(batch, { epoch: 0, progress, first: 0 });
  const byPixels = new Map(MOVES.map((move) => [moved(image, move), move]));
  const counts = new Map(MOVES.map((move) => [move, 0]));
  for (let n = 0; n < count; n++) {
    const move = byPixels.get(batch.images.subarray(n * SIZE, (n + 1) * SIZE).join());
    if (!move) throw new Error(`image ${n} is neither shifted nor mirrored`);
    counts.set(move, (counts.get(move) ?? 0) + 1);
  }
  return counts;
}

describe('augmentShifts', () => {
  it('gives each of the 18 shifted and mirrored images about equally often, and no other', () => {
    const counts = countMoves(augmentShifts(1, SHAPE, { fades: false }), { count: 1800, progress: 0.7 });
    // 100 in the mean, with a standard deviation of 10.
    for (const count of counts.values()) {
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });

  it.each([
    [0, 0.5, 2 / 3],
    [0.75, 0.125, 1 / 6],
    [1, 0, 0],
  ])(
    'fades: at a progress of %d, it mirrors with a probability of %d, and shifts with %d',
    (progress, mirrors, shifts) => {
      const count = 4000;
      const counts = countMoves(augmentShifts(1, SHAPE, { fades: true }), { count, progress });
      const shareOf = (is: (move: Move) => boolean) =>
        MOVES.filter(is).reduce((sum, move) => sum + (counts.get(move) ?? 0), 0) / count;
      const close = (share: number, expected: number) =>
        expect(Math.abs(share - expected)).toBeLessThanOrEqual(
          4 * Math.sqrt((expected * (1 - expected)) / count),
        );
      close(
        shareOf(({ mirrored }) => mirrored),
        mirrors,
      );
      for (const way of [-1, 1]) {
        close(
          shareOf(({ right }) => right === way),
          shifts / 2,
        );
        close(
          shareOf(({ down }) => down === way),
          shifts / 2,
        );
      }
    },
  );

  it('depends only on the seed, the epoch, the progress and the index of the image', () => {
    const augment = augmentShifts(7, SHAPE, { fades: true });
    fc.assert(
      fc.property(
        picture,
        fc.nat(40),
        fc.nat(5),
        fc.integer({ min: 1, max: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (image, first, epoch, count, progress) => {
          const together = batchOf(count, image);
          augment(together, { epoch, progress, first });
          for (let n = 0; n < count; n++) {
            const alone = batchOf(1, image);
            augment(alone, { epoch, progress, first: first + n });
            expect(together.images.subarray(n * SIZE, (n + 1) * SIZE)).toEqual(alone.images);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
