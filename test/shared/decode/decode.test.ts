/** @file The decoders return the pixels that a browser displays, for every supported variant of each format. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { EstimatingDecoder } from '#shared/decode/decoder.ts';
import { MAX_FULL_SIZE_PIXELS } from '#shared/decode/jpeg/codec.ts';
import { type Orientation, orient } from '#shared/decode/orientation.ts';
import { copyPixels } from '#shared/decode/pixels.ts';
import { openDecoder } from '../../../train/decoder.ts';
import { concat, greyPng, jpeg, paint, png } from '../../fixtures/images.ts';
import { PNG_KINDS, pngOf } from '../../fixtures/images-png.ts';
import {
  corners,
  farthest,
  quartersOf,
  SAMPLE_NAMES,
  type SampleName,
  sample,
} from '../../fixtures/images-samples.ts';
import { initJpegEncoder } from './jpeg-encoder.ts';

let decoder: EstimatingDecoder;
beforeAll(async () => {
  await initJpegEncoder();
  decoder = await openDecoder();
});

/** Largest error that rounding, and compression of flat quarters at quality 95, can cause. */
const TOLERANCE = 3;

describe('a sample image of four quarters', () => {
  it.each(SAMPLE_NAMES)('%s has its quarters where a browser shows them', async (name) => {
    const pixels = await decoder.decode(sample(name), copyPixels);
    expect(pixels.data).toHaveLength(4 * pixels.width * pixels.height);
    expect(farthest(corners(pixels), quartersOf(name))).toBeLessThanOrEqual(TOLERANCE);
  });

  it('has its displayed size after rotation', async () => {
    const sizeOf = async (name: SampleName) => {
      const { width, height } = await decoder.decode(sample(name), copyPixels);
      return [width, height];
    };
    for (const upright of ['baseline.jpg', 'exif4.jpg', 'plain.png', 'irot2.avif', 'animated.gif'] as const) {
      expect(await sizeOf(upright)).toEqual([24, 16]);
    }
    for (const rotated of ['exif5.jpg', 'exif8.jpg', 'exif6.png', 'irot1.avif', 'irot3.avif'] as const) {
      expect(await sizeOf(rotated)).toEqual([16, 24]);
    }
  });

  it('keeps its transparency', async () => {
    const { data } = await decoder.decode(sample('transparent.gif'), copyPixels);
    expect(data.at(-1)).toBe(0);
    const { data: translucent } = await decoder.decode(sample('alpha.png'), copyPixels);
    expect([translucent[4 * 23 + 1], translucent[4 * 23 + 3]]).toEqual([200, 128]);
  });
});

describe('a PNG', () => {
  it.each(PNG_KINDS)(
    'of colour type $colourType, $depth bits, interlaced: $isInterlaced, tRNS: $hasTransparency is decoded exactly',
    async (kind) => {
      for (const [width, height] of [
        [1, 1],
        [9, 5],
        [32, 17],
      ] as const) {
        const { file, rgba } = await pngOf(kind, width, height);
        const pixels = await decoder.decode(file, copyPixels);
        expect([pixels.width, pixels.height]).toEqual([width, height]);
        expect([...pixels.data]).toEqual(rgba);
      }
    },
  );

  it('keeps all 256 values of a grey byte', async () => {
    const { data } = await decoder.decode(await greyPng(16, 16, (x, y) => 16 * y + x), copyPixels);
    expect(Array.from({ length: 256 }, (_, i) => data[4 * i])).toEqual([...Array(256).keys()]);
  });

  it('of incompressible noise passes the check of its inflated size', async () => {
    const noise = Uint8Array.from(
      { length: 3 * 800 * 600 },
      (_, i) => (Math.imul(i, 2654435761) >>> 11) & 255,
    );
    const file = await png(800, 600, noise, { channels: 3 });
    const { data } = await decoder.decode(file, copyPixels);
    expect([data[4 * 479_999], data[4 * 479_999 + 1]]).toEqual([noise[3 * 479_999], noise[3 * 479_999 + 1]]);
  });
});

/** Returns a JPEG with the Exif segment of a sample after its start marker. */
function withExifOf(name: SampleName, file: Uint8Array): Uint8Array {
  const rotated = sample(name);
  const start = rotated.findIndex((byte, i) => byte === 0xff && rotated[i + 1] === 0xe1);
  const end = start + 2 + ((rotated[start + 2] ?? 0) << 8) + (rotated[start + 3] ?? 0);
  return concat(file.subarray(0, 2), rotated.subarray(start, end), file.subarray(2));
}

const photo = (width: number, height: number) =>
  paint(width, height, (x, y) => [(255 * x) / width, (255 * y) / height, x < width / 2 ? 30 : 220]);

describe('a JPEG with more pixels than its reader needs', () => {
  it.each([
    [400, 533, [150, 200]],
    [768, 1024, [192, 256]],
    [4032, 3024, [504, 378]],
    [256, 200, [192, 150]],
    [219, 219, [192, 192]],
    [218, 219, [191, 192]],
    [192, 100, [192, 100]],
    [28, 28, [28, 28]],
  ])(
    'of %i × %i is decoded at the smallest scale whose longest edge has 192',
    async (width, height, size) => {
      const file = await jpeg(photo(width, height), { quality: 90 });
      const pixels = await decoder.decode(file, copyPixels, { edge: 192 });
      expect([pixels.width, pixels.height]).toEqual(size);
      expect(pixels.fullSize).toEqual({ width, height });
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has its colours at %i eighths of its size', async (eighths) => {
    for (const progressive of [false, true]) {
      const file = await jpeg(photo(800, 640), { progressive });
      const { width, height, data } = await decoder.decode(file, copyPixels, { edge: 100 * eighths });
      expect([width, height]).toEqual([100 * eighths, 80 * eighths]);
      const distances = Array.from({ length: width * height }, (_, i) => {
        const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
        const [red = 0, green = 0] = data.subarray(4 * i);
        return Math.max(Math.abs(red - (255 * x) / width), Math.abs(green - (255 * y) / height));
      });
      // Chroma of half the resolution smears the edge between the halves.
      const away = distances.filter((_, i) => Math.abs((i % width) / width - 0.5) > 0.02);
      expect(away.reduce((a, b) => Math.max(a, b))).toBeLessThan(8);
    }
  });

  it('has the size in which it is displayed', async () => {
    const file = withExifOf('exif6.jpg', await jpeg(photo(600, 400), { quality: 50 }));
    const pixels = await decoder.decode(file, copyPixels, { edge: 192 });
    expect([pixels.width, pixels.height]).toEqual([150, 225]);
    expect(pixels.fullSize).toEqual({ width: 400, height: 600 });
  });

  it('takes no more memory for a reader that needs more pixels', async () => {
    const file = await jpeg(photo(4032, 3024), { quality: 50 });
    const { width, height } = await decoder.decode(file, copyPixels, { edge: 4032 });
    expect([width, height]).toEqual([1008, 756]);
  });
});

describe('a large JPEG', () => {
  it.each([false, true])(
    'of 12 megapixels, progressive: %s, is decoded at a quarter of its size',
    async (progressive) => {
      const file = await jpeg(photo(4032, 3024), { quality: 80, progressive });
      const { width, height, data } = await decoder.decode(file, copyPixels);
      expect([width, height]).toEqual([1008, 756]);
      for (const [x, y] of [
        [0, 0],
        [100, 700],
        [900, 50],
        [1007, 755],
      ] as const) {
        const [red = 0, green = 0] = data.slice(4 * (y * width + x));
        expect(Math.abs(red - (255 * x) / width)).toBeLessThan(6);
        expect(Math.abs(green - (255 * y) / height)).toBeLessThan(6);
      }
    },
  );

  it('is reduced by the smallest sufficient factor', async () => {
    const sizeOf = async (width: number, height: number) => {
      const pixels = await decoder.decode(await jpeg(photo(width, height), { quality: 50 }), copyPixels);
      return [pixels.width, pixels.height];
    };
    expect(await sizeOf(2000, MAX_FULL_SIZE_PIXELS / 2000)).toEqual([2000, 1000]);
    expect(await sizeOf(2000, MAX_FULL_SIZE_PIXELS / 2000 + 1)).toEqual([1000, 501]);
    expect(await sizeOf(1601, 1601)).toEqual([801, 801]);
  });

  it('is rotated as its Exif metadata requires', async () => {
    const file = withExifOf('exif6.jpg', await jpeg(photo(2400, 1600), { quality: 50 }));
    const { width, height, fullSize } = await decoder.decode(file, copyPixels);
    expect([width, height]).toEqual([800, 1200]);
    expect(fullSize).toEqual({ width: 1600, height: 2400 });
  });
});

describe('an Exif orientation that browsers ignore', () => {
  it.each(['exif6.webp', 'exif6.avif'] as const)('is reported in a warning for %s', async (name) => {
    const { warnings } = await decoder.decode(sample(name), copyPixels);
    expect(warnings).toEqual(['ignored-orientation']);
  });

  it.each(['exif6.jpg', 'exif6.png', 'irot1.avif', 'lossy.webp'] as const)(
    'is not reported for %s, which is shown as its metadata requires',
    async (name) => {
      expect((await decoder.decode(sample(name), copyPixels)).warnings).toEqual([]);
    },
  );
});

describe('the estimate of a file’s CPU time', () => {
  it('grows with pixels, bytes and scans', async () => {
    // With stripes of all colours, the encoder writes as many scans as for a photo.
    const picture = paint(2400, 1600, (x, y) => [(7 * x) & 255, (3 * y) & 255, (x + y) & 255]);
    const progressive = await jpeg(picture, { quality: 75, progressive: true });
    const baseline = await jpeg(picture, { quality: 75 });
    const costs = await Promise.all([progressive, baseline, sample('baseline.jpg')].map(decoder.cost));
    expect(costs[0]).toBeGreaterThan(2 * costs[1]);
    expect(costs[1]).toBeGreaterThan(costs[2]);
  });

  it('is 0 for bytes that are refused at once', async () => {
    expect(await decoder.cost(new Uint8Array(9))).toBe(0);
    expect(await decoder.cost(sample('baseline.jpg').slice(0, 40))).toBe(0);
  });
});

describe('a decoder', () => {
  it('needs no global `ImageData`, which Workers do not have', async () => {
    // The JPEG encoder of the tests has left one.
    Reflect.deleteProperty(globalThis, 'ImageData');
    const decoder = await openDecoder();
    for (const name of ['baseline.jpg', 'plain.png', 'lossy.webp', 'lossy.avif', 'plain.gif'] as const) {
      await decoder.decode(sample(name), copyPixels);
    }
  });

  it.each([
    ['plain.png', 'exif6.png'],
    ['baseline.jpg', 'grey.jpg'],
    ['lossy.webp', 'alpha.webp'],
    ['lossy.avif', 'grey.avif'],
    ['plain.gif', 'transparent.gif'],
  ] as const)('does not change the pixels of %s while it decodes %s', async (name, other) => {
    const { data } = await decoder.decode(sample(name), copyPixels);
    const before = data.slice();
    await decoder.decode(sample(other), copyPixels);
    expect(data).toEqual(before);
  });
});

it.each<[Orientation, Orientation]>([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 5],
  [6, 8],
  [7, 7],
  [8, 6],
])('orientation %i followed by its inverse, %i, changes nothing', (orientation, inverse) => {
  const image = paint(5, 3, (x, y) => [x, y, 7]);
  expect(orient(orient(image, orientation), inverse)).toEqual(image);
});
