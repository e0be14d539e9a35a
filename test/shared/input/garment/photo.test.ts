/** @file Any picture → 28 × 28 bytes: the data set's own images untouched, objects found, centred and negated. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { AlphaMask, PreparedPhoto } from '#shared/input/garment/photo.ts';
import { openPipeline } from '../../../../train/photos/pipeline.ts';
import { GOLDEN, noiseFrom, shirt } from '../../../fixtures/garments.ts';
import { paint } from '../../../fixtures/images.ts';

const DATA_SET = process.env.FASHION_MNIST_DIR;

const preparePhoto = await openPipeline();

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

/** The middle of the box, from the left. */
const middle = ({ box }: PreparedPhoto) => (box ? box.left + box.width / 2 : Number.NaN);

/** Intersection over union of what was found and what is there. */
function overlap({ mask }: PreparedPhoto, covers: (x: number, y: number) => boolean) {
  const { width, height, data } = mask as AlphaMask;
  let [both, either] = [0, 0];
  for (const [i, value] of data.entries()) {
    const there = covers(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height);
    if (value && there) both += 1;
    if (value || there) either += 1;
  }
  return both / either;
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

const noise = noiseFrom(1);

describe('a photo', () => {
  it('of a dark thing on white becomes a bright thing on black that fills the frame, centred', () => {
    const photo = preparePhoto(rectangle([200, 300], [60, 80, 80, 160], [55, 55, 55], WHITE));
    const { image } = photo;
    expect(names(photo)).toEqual(['mask', 'tone', 'place']);
    expect(extent(image)).toEqual({ left: 7, right: 20, top: 0, bottom: 27 });
    expect(image[14 * 28 + 14]).toBe(200);
  });

  it('tells where the garment is: its box in pixels of the picture, its mask over the whole of it', () => {
    const photo = preparePhoto(rectangle([384, 192], [120, 40, 80, 120], [55, 55, 55], WHITE));
    const { left, top, width: wide, height: high } = photo.box as NonNullable<PreparedPhoto['box']>;
    // Within a pixel of the size the work is done at.
    const off = [left - 120, top - 40, left + wide - 200, top + high - 160];
    expect(Math.max(...off.map(Math.abs))).toBeLessThanOrEqual(2);
    const { width, height, data } = photo.mask as AlphaMask;
    expect([width, height, data.length]).toEqual([192, 96, 192 * 96]);
    const inside = (x: number, y: number) => x > 120 / 384 && x < 200 / 384 && y > 40 / 192 && y < 160 / 192;
    expect(overlap(photo, inside)).toBeGreaterThan(0.97);
    expect(photo.quality).toBeGreaterThan(0.6);
    expect(photo.warnings).toEqual([]);
  });

  it('gives the same whatever is transparent', () => {
    const onWhite = rectangle([90, 90], [20, 30, 40, 20], [80, 20, 20], WHITE);
    const data = onWhite.data.map((value, i) => (i % 4 === 3 && onWhite.data[i - 3] === 255 ? 0 : value));
    expect(preparePhoto({ ...onWhite, data }).image).toEqual(preparePhoto(onWhite).image);
  });

  it.each([
    ['takes both of a pair', () => shirt({ pair: true }), { least: 0.9 }],
    ['leaves out light that falls on the floor', () => shirt({ light: true }), { least: 0.93 }],
    ['leaves out the second of two floors', () => shirt({ floor: true }), { least: 0.93 }],
    ['takes a print for a part of the garment', () => shirt({ print: true }), { least: 0.93 }],
    ['takes both colours of a garment', () => shirt({ halves: true }), { least: 0.93 }],
    ['takes a garment that is cut off by the edge', () => shirt({ cut: true }), { least: 0.93 }],
  ])('%s', (_name, draw, { least }) => {
    const { pixels, covers } = draw();
    expect(overlap(preparePhoto(pixels), covers)).toBeGreaterThan(least);
  });

  it('finds the same in a mirror', () => {
    const { pixels, covers } = shirt({ light: true });
    const mirrored = paint(pixels.width, pixels.height, (x, y) => {
      const at = 4 * (y * pixels.width + pixels.width - 1 - x);
      return [pixels.data[at] ?? 0, pixels.data[at + 1] ?? 0, pixels.data[at + 2] ?? 0];
    });
    const there = overlap(preparePhoto(pixels), covers);
    const back = overlap(preparePhoto(mirrored), (x, y) => covers(1 - x, y));
    // The walker does not sweep to the very end.
    expect(Math.abs(there - back)).toBeLessThan(0.03);
  });

  it('looks where it is told to', () => {
    const two = paint(200, 100, (x, y) => {
      if (Math.hypot(x - 50, y - 50) < 30) return [30, 60, 120];
      return Math.hypot(x - 150, y - 50) < 30 ? [120, 60, 30] : [230, 230, 230];
    });
    const prior = (...data: number[]) => ({ width: 2, height: 1, data: new Float32Array(data) });
    expect(middle(preparePhoto(two, prior(0.7, 0.02)))).toBeLessThan(75);
    expect(middle(preparePhoto(two, prior(0.02, 0.7)))).toBeGreaterThan(125);
  });

  it.each(GOLDEN)(
    '%s becomes the same bytes as ever, whatever was there before',
    async (_name, draw, digest) => {
      const fresh = await openPipeline();
      for (const prepare of [preparePhoto, fresh, fresh]) {
        expect(await sha256(new Uint8Array(prepare(draw()).image))).toBe(digest);
      }
    },
  );

  it('of a white garment is not black', () => {
    const { image } = preparePhoto(rectangle([200, 300], [60, 80, 80, 160], [250, 250, 250], [90, 30, 40]));
    expect(image[14 * 28 + 14]).toBe(78);
  });

  it.each([
    ['a plain colour', () => [120, 130, 90]],
    ['noise', () => [noise(), noise(), noise()]],
    ['a gradient', (x: number, y: number) => [x / 2, y / 3, 100]],
    ['a light spot', (x: number, y: number) => Array(3).fill(220 - Math.hypot(x - 200, y - 266) / 2.5)],
    [
      'lines of text',
      (x: number, y: number) =>
        Array(3).fill(y % 20 < 8 && (x * 37) % 11 < 5 && x > 40 && x < 360 ? 20 : 245),
    ],
    ['a chessboard', (x: number, y: number) => Array(3).fill(((x >> 5) + (y >> 5)) % 2 ? 200 : 60)],
  ])('of %s is not trusted', (_name, colour) => {
    const { quality, warnings } = preparePhoto(paint(400, 533, colour as never));
    expect(quality).toBeLessThan(0.3);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('of a white t-shirt on a white wall is trusted', () => {
    const covers = (x: number, y: number) =>
      (Math.abs(x - 200) < 80 && y > 107 && y < 426) || (Math.abs(x - 200) < 144 && y > 107 && y < 213);
    const wall = paint(400, 533, (x, y) => {
      const fold = 6 * Math.sin(x / 17);
      return covers(x, y) ? [236 + fold, 235 + fold, 230 + fold] : [215, 213, 208];
    });
    expect(preparePhoto(wall).quality).toBeGreaterThan(0.4);
  });

  it.each([
    ['an ellipse', (x: number, y: number) => Math.hypot((x - 200) / 150, (y - 266) / 90) < 1, 1],
    ['a ring', (x: number, y: number) => Math.abs(Math.hypot(x - 200, y - 266) - 120) < 14, 1],
    ['a leaning one', (x: number, y: number) => Math.hypot((x - y + 66) / 90, (x + y - 466) / 220) < 1, 1],
    ['a rectangle', (x: number, y: number) => Math.abs(x - 200) < 70 && Math.abs(y - 266) < 130, 3 / Math.PI],
  ])('tells how round %s is', (_name, covers, roundness) => {
    const [found] = preparePhoto(paint(400, 533, (x, y) => (covers(x, y) ? [40, 60, 120] : WHITE))).steps;
    expect(found.roundness).toBeCloseTo(roundness, 2);
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
