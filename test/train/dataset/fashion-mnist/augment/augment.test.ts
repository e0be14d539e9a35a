import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { Augment, Batch } from '../../../../../train/dataset/batch.ts';
import { photoLike } from '../../../../../train/dataset/fashion-mnist/augment/augment.ts';
import { LABELS } from '../../../../../train/dataset/fashion-mnist/labels.ts';
import { take } from '../../../../../train/dataset/split.ts';
import { describeWithData } from '../../../../support/data.ts';

/** Returns a batch with one shape of each label, between an ellipse and a box, filled with noise. */
function shapes(bytes: readonly number[]): Batch {
  const images = new Uint8Array(LABELS.length * IMAGE_PIXELS);
  for (let n = 0; n < LABELS.length; n++) {
    const [rx, ry, power, base] = [
      2 + (bytes[n] % 12),
      2 + (bytes[n + 1] % 12),
      bytes[n + 2] % 5,
      bytes[n + 3],
    ];
    for (let i = 0; i < IMAGE_PIXELS; i++) {
      const [x, y] = [(i % IMAGE_SIZE) - 13.5, Math.floor(i / IMAGE_SIZE) - 13.5];
      const inside = Math.abs(x / rx) ** (power + 1) + Math.abs(y / ry) ** (power + 1) <= 1;
      images[n * IMAGE_PIXELS + i] = inside ? Math.max(1, base ^ (i & 15)) : 0;
    }
  }
  return { images, labels: Uint16Array.from(LABELS.keys()) };
}

const bytes = fc.array(fc.nat(255), { minLength: 13, maxLength: 13 });
const number = fc.nat(2 ** 31);

/** Returns the augmented images, and checks that the labels are unchanged. */
function augmented(augment: Augment, { images, labels }: Batch, epoch: number, first: number): Uint8Array {
  const batch = { images: Uint8Array.from(images), labels: Uint16Array.from(labels) };
  augment(batch, { epoch, progress: 0, first });
  expect(batch.labels).toEqual(labels);
  return batch.images;
}

describe('photoLike', () => {
  it('depends only on the seed, the epoch and the index of an image, not on the batches or on earlier calls', () => {
    fc.assert(
      fc.property(bytes, number, fc.nat(100), fc.nat(60_000), fc.integer({ min: 1, max: 9 }), (...given) => {
        const [drawn, seed, epoch, first, cut] = given;
        const batch = shapes(drawn);
        const used = photoLike(seed, 1);
        augmented(used, batch, epoch + 1, first);
        const whole = augmented(used, batch, epoch, first);
        const part = (from: number, to: number): Batch => ({
          images: batch.images.subarray(from * IMAGE_PIXELS, to * IMAGE_PIXELS),
          labels: batch.labels.subarray(from, to),
        });
        const fresh = photoLike(seed, 1);
        const end = augmented(fresh, part(cut, 10), epoch, first + cut);
        const begin = augmented(fresh, part(0, cut), epoch, first);
        expect(Buffer.concat([begin, end]).equals(whole)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('computes different images for another epoch, another index and another seed', () => {
    const batch = shapes([9, 8, 7, 200, 5, 90, 3, 2, 1, 77, 13, 200, 4]);
    const given = [
      augmented(photoLike(1, 1), batch, 0, 0),
      augmented(photoLike(1, 1), batch, 1, 0),
      augmented(photoLike(1, 1), batch, 0, 10),
      augmented(photoLike(2, 1), batch, 0, 0),
    ];
    expect(new Set(given.map((images) => Buffer.from(images).toString('base64'))).size).toBe(4);
  });

  it('accepts any image: black, white, one pixel, noise', () => {
    const noise = fc.uint8Array({ minLength: IMAGE_PIXELS, maxLength: IMAGE_PIXELS });
    const one = fc.tuple(fc.nat(IMAGE_PIXELS - 1), fc.nat(255)).map(([at, value]) => {
      const image = new Uint8Array(IMAGE_PIXELS);
      image[at] = value;
      return image;
    });
    const flat = fc.nat(255).map((value) => new Uint8Array(IMAGE_PIXELS).fill(value));
    fc.assert(
      fc.property(fc.oneof(noise, one, flat), fc.nat(9), number, (image, label, seed) => {
        const labels = Uint16Array.of(label);
        expect(() => augmented(photoLike(seed, 1), { images: image, labels }, 0, 0)).not.toThrow();
      }),
    );
  });
});

describeWithData('photoLike on the data set', (data) => {
  const first = () => take(data().train, 2000);

  it('leaves half of the images unchanged', () => {
    const batch = first();
    const after = augmented(photoLike(42), batch, 0, 0);
    const at = (n: number) => [n * IMAGE_PIXELS, (n + 1) * IMAGE_PIXELS] as const;
    const same = batch.labels.filter((_, n) =>
      Buffer.from(after.subarray(...at(n))).equals(batch.images.subarray(...at(n))),
    ).length;
    expect(same / batch.count).toBeCloseTo(0.5, 1);
  });

  it('computes images like the photo pipeline’s: a garment that reaches two opposite borders, black around it', () => {
    const batch = first();
    const after = augmented(photoLike(42, 1), batch, 0, 0);
    let [filled, bordered] = [0, 0];
    for (let n = 0; n < batch.count; n++) {
      const lit = (x: number, y: number) => after[n * IMAGE_PIXELS + y * IMAGE_SIZE + x] > 0;
      const edge = [...Array(IMAGE_SIZE).keys()];
      const upright = edge.some((x) => lit(x, 0)) && edge.some((x) => lit(x, IMAGE_SIZE - 1));
      const lying = edge.some((y) => lit(0, y)) && edge.some((y) => lit(IMAGE_SIZE - 1, y));
      if (upright || lying) filled += 1;
      if (upright && lying) bordered += 1;
    }
    // The others have black cloth at a border.
    expect(filled / batch.count).toBeGreaterThan(0.95);
    expect(bordered / batch.count).toBeLessThan(0.4);
  });
});
