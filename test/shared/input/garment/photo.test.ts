/** @file The photo pipeline returns images of the data set unchanged, and finds, inverts and centres the garment in photos. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '#shared/digest.ts';
import type { AlphaMask, PreparedPhoto } from '#shared/input/garment/photo.ts';
import { openPipeline } from '../../../../train/preparation.ts';
import { GOLDEN, noiseFrom, shirt } from '../../../fixtures/garments.ts';
import { paint } from '../../../fixtures/images.ts';
import { packedFolder } from '../../../support/data.ts';

const preparePhoto = await openPipeline();

/** Returns the names of the steps that ran. */
const names = ({ steps }: PreparedPhoto) => steps.map(({ step }) => step);

type Rgb = readonly [number, number, number];
const WHITE: Rgb = [255, 255, 255];

/** Returns the pixels of a grey 28 × 28 image. */
const grey = (bytes: Uint8Array) =>
  paint(28, 28, (x, y) => {
    const value = bytes[28 * y + x] ?? 0;
    return [value, value, value];
  });

/** Draws a rectangle on a plain background. */
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

/** Returns the range of columns and rows that are not completely black. */
function extent(image: Uint8Array) {
  const lit = [...image.keys()].filter((i) => image[i] !== 0);
  const xs = lit.map((i) => i % 28);
  const ys = lit.map((i) => Math.floor(i / 28));
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Returns the horizontal centre of the box. */
const centreX = ({ box }: PreparedPhoto) => (box ? box.left + box.width / 2 : Number.NaN);

/** Returns the intersection over union of the mask and the true area. */
function maskOverlap({ mask }: PreparedPhoto, covers: (x: number, y: number) => boolean) {
  const { width, height, data } = mask as AlphaMask;
  let [both, either] = [0, 0];
  for (const [i, value] of data.entries()) {
    const isInside = covers(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height);
    if (value && isInside) both += 1;
    if (value || isInside) either += 1;
  }
  return both / either;
}

describe('a 28 × 28 grey image on black', () => {
  it.skipIf(!packedFolder)(
    `is returned unchanged, for all 10,000 test images${packedFolder ? '' : ' (skipped: FASHION_MNIST_DIR is not set)'}`,
    async () => {
      const file = await readFile(path.join(packedFolder ?? '', 't10k-images-idx3-ubyte.gz'));
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
  it('is returned unchanged', () => expect(names(preparePhoto(bright(200)))).toEqual(['as-is']));

  it.each([
    ['inverted', grey(new Uint8Array(784).fill(255).fill(30, 10 * 28, 18 * 28))],
    ['not completely grey', paint(28, 28, (x, y) => (x === 14 && y === 14 ? [1, 0, 0] : [0, 0, 0]))],
    ['of another size', paint(28, 27, () => [0, 0, 0])],
    ['not completely opaque', { ...bright(200), data: bright(200).data.fill(254, 3, 4) }],
  ])('is processed as a photo when it is %s', (_name, pixels) =>
    expect(names(preparePhoto(pixels))).not.toContain('as-is'),
  );
});

const noise = noiseFrom(1);

describe('the mask of a photo', () => {
  it.each([
    ['includes both objects of a pair', () => shirt({ pair: true }), { least: 0.9 }],
    ['leaves out a beam of light on the floor', () => shirt({ light: true }), { least: 0.93 }],
    ['leaves out a second floor', () => shirt({ floor: true }), { least: 0.93 }],
    ['includes a print on the garment', () => shirt({ print: true }), { least: 0.93 }],
    ['includes both colours of a garment', () => shirt({ halves: true }), { least: 0.93 }],
    ['includes a garment that the edge cuts off', () => shirt({ cut: true }), { least: 0.93 }],
  ])('%s', (_name, draw, { least }) => {
    const { pixels, covers } = draw();
    expect(maskOverlap(preparePhoto(pixels), covers)).toBeGreaterThan(least);
  });

  it('is nearly the same when the photo is mirrored', () => {
    const { pixels, covers } = shirt({ light: true });
    const mirrored = paint(pixels.width, pixels.height, (x, y) => {
      const at = 4 * (y * pixels.width + pixels.width - 1 - x);
      return [pixels.data[at] ?? 0, pixels.data[at + 1] ?? 0, pixels.data[at + 2] ?? 0];
    });
    const original = maskOverlap(preparePhoto(pixels), covers);
    const reflected = maskOverlap(preparePhoto(mirrored), (x, y) => covers(1 - x, y));
    // The random walker stops before it has converged, so the direction of its sweeps matters a little.
    expect(Math.abs(original - reflected)).toBeLessThan(0.03);
  });
});

describe('a photo', () => {
  it('of a dark object on white becomes a bright object on black, centred and filling the frame', () => {
    const photo = preparePhoto(rectangle([200, 300], [60, 80, 80, 160], [55, 55, 55], WHITE));
    const { image } = photo;
    expect(names(photo)).toEqual(['mask', 'tone', 'place']);
    expect(extent(image)).toEqual({ left: 7, right: 20, top: 0, bottom: 27 });
    expect(image[14 * 28 + 14]).toBe(200);
  });

  it("has the garment's box in pixels of the picture, and a mask of the whole picture", () => {
    const photo = preparePhoto(rectangle([384, 192], [120, 40, 80, 120], [55, 55, 55], WHITE));
    const { left, top, width: wide, height: high } = photo.box as NonNullable<PreparedPhoto['box']>;
    // A pixel of the working picture is two pixels of this one.
    const errors = [left - 120, top - 40, left + wide - 200, top + high - 160];
    expect(Math.max(...errors.map(Math.abs))).toBeLessThanOrEqual(2);
    const { width, height, data } = photo.mask as AlphaMask;
    expect([width, height, data.length]).toEqual([192, 96, 192 * 96]);
    const inside = (x: number, y: number) => x > 120 / 384 && x < 200 / 384 && y > 40 / 192 && y < 160 / 192;
    expect(maskOverlap(photo, inside)).toBeGreaterThan(0.97);
    expect(photo.quality).toBeGreaterThan(0.6);
    expect(photo.warnings).toEqual([]);
  });

  it('with a transparent background gives the same result as on white', () => {
    const onWhite = rectangle([90, 90], [20, 30, 40, 20], [80, 20, 20], WHITE);
    const data = onWhite.data.map((value, i) => (i % 4 === 3 && onWhite.data[i - 3] === 255 ? 0 : value));
    expect(preparePhoto({ ...onWhite, data }).image).toEqual(preparePhoto(onWhite).image);
  });

  it('of two objects shows the one that the prior favours', () => {
    const two = paint(200, 100, (x, y) => {
      if (Math.hypot(x - 50, y - 50) < 30) return [30, 60, 120];
      return Math.hypot(x - 150, y - 50) < 30 ? [120, 60, 30] : [230, 230, 230];
    });
    const prior = (...data: number[]) => ({ width: 2, height: 1, data: new Float32Array(data) });
    expect(centreX(preparePhoto(two, prior(0.7, 0.02)))).toBeLessThan(75);
    expect(centreX(preparePhoto(two, prior(0.02, 0.7)))).toBeGreaterThan(125);
  });

  it.each(GOLDEN)(
    'of %s becomes the golden image, independently of earlier photos',
    async (_name, draw, digest) => {
      const fresh = await openPipeline();
      for (const prepare of [preparePhoto, fresh, fresh]) {
        expect(await sha256(new Uint8Array(prepare(draw()).image))).toBe(digest);
      }
    },
  );

  it('of a white garment becomes dark, but not black', () => {
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
  ])('of %s has low quality and a warning', (_name, colour) => {
    const { quality, warnings } = preparePhoto(paint(400, 533, colour as never));
    expect(quality).toBeLessThan(0.3);
    expect(warnings.length).toBeGreaterThan(0);
  });

  it('of a white T-shirt on a white wall has sufficient quality', () => {
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
    ['a tilted ellipse', (x: number, y: number) => Math.hypot((x - y + 66) / 90, (x + y - 466) / 220) < 1, 1],
    ['a rectangle', (x: number, y: number) => Math.abs(x - 200) < 70 && Math.abs(y - 266) < 130, 3 / Math.PI],
  ])('of %s has the right roundness', (_name, covers, roundness) => {
    const [maskStep] = preparePhoto(paint(400, 533, (x, y) => (covers(x, y) ? [40, 60, 120] : WHITE))).steps;
    expect(maskStep.roundness).toBeCloseTo(roundness, 2);
  });

  it('without an object is placed as a whole', () => {
    expect(names(preparePhoto(paint(50, 20, () => [10, 10, 10])))).toEqual(['whole-frame', 'place']);
    expect(names(preparePhoto(paint(1, 1, () => [0, 255, 0])))).toEqual(['whole-frame', 'place']);
  });

  it('of any size and content becomes 784 bytes, the same each time', () => {
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
