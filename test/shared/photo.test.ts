/** @file Any picture → 28 × 28 bytes: the data set's own images untouched, objects found, centred and negated. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlphaMask, type PreparedPhoto, preparePhoto } from '#shared/photo/photo.ts';
import { paint } from '../fixtures/images.ts';

const DATA_SET = process.env.FASHION_MNIST_DIR;

/** The steps' names. */
const names = ({ steps }: PreparedPhoto) => steps.map(({ step }) => step);

type Rgb = readonly [number, number, number];
const WHITE: Rgb = [255, 255, 255];

/** A grey 28 × 28 image from its bytes. */
const grey = (bytes: Uint8Array) =>
  paint(28, 28, (x, y) => {
    const value = bytes[28 * y + x] ?? 0;
    return [value, value, value];
  });

/** A rectangle of `colour` from (left, top) of the given size, on `background`. */
function rectangle(
  [width, height]: [number, number],
  [left, top, wide, high]: [number, number, number, number],
  colour: Rgb,
  background: Rgb,
) {
  return paint(width, height, (x, y) =>
    x >= left && x < left + wide && y >= top && y < top + high ? colour : background,
  );
}

/** Columns and rows of an image that hold anything but black. */
function extent(image: Uint8Array) {
  const lit = [...image.keys()].filter((i) => image[i] !== 0);
  const xs = lit.map((i) => i % 28);
  const ys = lit.map((i) => Math.floor(i / 28));
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

describe('a 28 × 28 grey image on black', () => {
  it.skipIf(!DATA_SET)(
    `passes bit-identical, all 10,000 test images${DATA_SET ? '' : ' (skipped: FASHION_MNIST_DIR is not set)'}`,
    async () => {
      const file = await readFile(path.join(DATA_SET ?? '', 't10k-images-idx3-ubyte.gz'));
      const images = new Uint8Array(gunzipSync(file)).subarray(16);
      expect(images.length).toBe(10_000 * 784);
      for (let i = 0; i < 10_000; i++) {
        const bytes = images.subarray(784 * i, 784 * (i + 1));
        const { image, steps } = preparePhoto(grey(bytes));
        expect(steps).toEqual([{ step: 'as-is' }]);
        expect(Buffer.compare(image, bytes)).toBe(0);
      }
    },
    60_000,
  );

  const bright = (value: number) => grey(new Uint8Array(784).fill(value, 10 * 28, 18 * 28));
  it('passes', () => expect(names(preparePhoto(bright(200)))).toEqual(['as-is']));

  it.each([
    ['negated', grey(new Uint8Array(784).fill(255).fill(30, 10 * 28, 18 * 28))],
    ['with a colour', paint(28, 28, (x, y) => (x === 14 && y === 14 ? [1, 0, 0] : [0, 0, 0]))],
    ['of another size', paint(28, 27, () => [0, 0, 0])],
    ['with a transparent pixel', { ...bright(200), data: bright(200).data.fill(254, 3, 4) }],
  ])('%s is a photo', (_name, pixels) => expect(names(preparePhoto(pixels))).not.toContain('as-is'));
});

describe('a photo', () => {
  it('of a dark thing on white becomes a bright thing on black that fills the frame, centred', () => {
    const photo = preparePhoto(rectangle([200, 300], [40, 60, 50, 100], [55, 55, 55], WHITE));
    const { image } = photo;
    expect(names(photo)).toEqual(['mask', 'place']);
    expect(extent(image)).toEqual({ left: 7, right: 20, top: 0, bottom: 27 });
    expect(image[14 * 28 + 14]).toBe(200);
  });

  it('tells where the garment is: its box in pixels of the picture, its mask over the whole of it', () => {
    // At half the size the work is done, the garment's edges lie on whole pixels.
    const photo = preparePhoto(rectangle([448, 224], [40, 60, 50, 100], [55, 55, 55], WHITE));
    expect(photo.box).toEqual({ left: 40, top: 60, width: 50, height: 100 });
    const { width, height, data } = photo.mask as AlphaMask;
    expect([width, height, data.length]).toEqual([224, 112, 224 * 112]);
    const inside = (x: number, y: number) => x >= 20 && x < 45 && y >= 30 && y < 80;
    expect(data).toEqual(data.map((_, i) => (inside(i % width, Math.floor(i / width)) ? 255 : 0)));
    expect(photo.warnings).toEqual([]);
  });

  it('gives the same whatever the background and its transparency', () => {
    const onWhite = preparePhoto(rectangle([90, 90], [20, 30, 40, 20], [80, 20, 20], WHITE)).image;
    const onBlue = preparePhoto(rectangle([90, 90], [20, 30, 40, 20], [80, 20, 20], [40, 90, 200])).image;
    const cut = rectangle([90, 90], [20, 30, 40, 20], [80, 20, 20], [0, 0, 0]);
    const transparent = {
      ...cut,
      data: cut.data.map((value, i) => (i % 4 === 3 && cut.data[i - 3] === 0 ? 0 : value)),
    };
    expect(onBlue).toEqual(onWhite);
    expect(preparePhoto(transparent).image).toEqual(onWhite);
  });

  it('takes the largest thing and fills its holes', () => {
    const ring = (x: number, y: number) => Math.max(Math.abs(x - 50), Math.abs(y - 50));
    const { image } = preparePhoto(
      paint(100, 100, (x, y) => {
        if (x > 95 && y > 95) return [0, 0, 0];
        return ring(x, y) < 30 && ring(x, y) > 10 ? [100, 100, 100] : [250, 250, 250];
      }),
    );
    expect(extent(image)).toEqual({ left: 0, right: 27, top: 0, bottom: 27 });
    expect(image[14 * 28 + 14]).toBe(5); // the hole shows its own grey, negated
  });

  it('without an object is taken whole', () => {
    expect(names(preparePhoto(paint(50, 20, () => [10, 10, 10])))).toEqual(['whole-frame', 'place']);
    expect(names(preparePhoto(paint(1, 1, () => [0, 255, 0])))).toEqual(['whole-frame', 'place']);
  });

  it('of any size and content gives 784 bytes, the same each time', () => {
    const anyPixels = fc
      .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
      .chain(([width, height]) =>
        fc
          .uint8ClampedArray({ minLength: 4 * width * height, maxLength: 4 * width * height })
          .map((data) => ({ width, height, data })),
      );
    fc.assert(
      fc.property(anyPixels, (pixels) => {
        const { image } = preparePhoto(pixels);
        expect(image.length).toBe(784);
        expect(preparePhoto(pixels).image).toEqual(image);
      }),
      { numRuns: 200 },
    );
  });
});
