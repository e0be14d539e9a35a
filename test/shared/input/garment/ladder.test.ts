/** @file The kernels of the photo pipeline, step by step and as a whole, compute what plain loops in double precision do. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Pixels } from '#shared/decode/pixels.ts';
import {
  type Bench,
  type Grid,
  type Level,
  levelsOf,
  openBench,
  WORK_EDGE,
} from '#shared/input/garment/bench.ts';
import { findFeatures, halveFeatures } from '#shared/input/garment/features.ts';
import { shrink, smallSize } from '#shared/input/garment/flatten.ts';
import { compilePhoto } from '#shared/input/garment/kernels.ts';
import { findPart, type Size } from '#shared/input/garment/mask.ts';
import { photoPipeline } from '#shared/input/garment/photo.ts';
import { placeObject } from '#shared/input/garment/place.ts';
import { placeMap, resample } from '#shared/input/garment/prior.ts';
import { start, tie, walk } from '#shared/input/garment/walk.ts';
import { GOLDEN, noiseFrom } from '../../../fixtures/garments.ts';
import { paint } from '../../../fixtures/images.ts';
import * as features from './reference/features.ts';
import * as flatten from './reference/flatten.ts';
import { tidy } from './reference/mask.ts';
import { referencePhoto } from './reference/photo.ts';
import * as place from './reference/place.ts';
import * as prior from './reference/resample.ts';
import * as walker from './reference/walk.ts';

const module = await compilePhoto(new Uint8Array(await readFile('shared/input/garment/build/photo.wasm')));

const noise = noiseFrom(5);
const chance = () => noise() / 255;

/** A picture whose blocks are of noisy colours. */
const patchwork = (width: number, height: number): Pixels => {
  const colours = Array.from({ length: 64 }, () => [noise(), noise(), noise()] as const);
  return paint(width, height, (x, y) => {
    const [red, green, blue] = colours[((x >> 4) + 8 * (y >> 4)) % 64];
    return [red + noise() / 9, green + noise() / 9, blue + noise() / 9];
  });
};

/** The widest, the highest, the smallest, and sizes that neither 2 nor 4 divides. */
const SIZES = [
  [192, 192],
  [192, 7],
  [7, 192],
  [101, 67],
  [3, 5],
  [1, 1],
] as const;

let bench: Bench;
beforeEach(() => {
  bench = openBench(module);
  // Whatever was there before counts nothing.
  const { at, memory } = bench;
  new Float32Array(memory.buffer, at.colours, (at.distances[0] - at.colours) >> 2).fill(77);
});

const floats = (address: number, length: number) => new Float32Array(bench.memory.buffer, address, length);

/** A plane without the ends of its rows. */
function read(address: number, { width, height, row }: Pick<Grid, 'width' | 'height' | 'row'>): number[] {
  const values = floats(address, row * height);
  return Array.from({ length: width * height }, (_, i) => values[Math.floor(i / width) * row + (i % width)]);
}

function write(address: number, { width, height, row }: Grid, values: ArrayLike<number>): void {
  const plane = floats(address, row * height);
  for (let i = 0; i < width * height; i++) plane[Math.floor(i / width) * row + (i % width)] = values[i];
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
};

/** Every `step`th of what is interleaved. */
const channel = (values: Float32Array, first: number, step: number) =>
  values.filter((_, i) => i % step === first);

/** Prepares a picture's features on both sides. */
function prepare(pixels: Pixels) {
  const levels = levelsOf(bench, smallSize(pixels, WORK_EDGE));
  shrink(bench, pixels, levels.picture);
  findFeatures(bench, levels.picture, levels.fine);
  halveFeatures(bench, levels.fine, levels.coarse);
  return { ...levels, expected: features.featuresOf(flatten.shrink(pixels, WORK_EDGE)) };
}

describe('shrinking', () => {
  const glass = patchwork(150, 90);
  for (let i = 3; i < glass.data.length; i += 4) glass.data[i] = noise();
  it.each([
    ['of a photo', patchwork(400, 533), 1e-4],
    ['of one that is small already', patchwork(31, 17), 0],
    ['of one with transparency, which is rounded first', glass, 0.5],
    ['of one whose rows go into memory one by one', patchwork(20_001, 3), 1e-3],
  ])('%s averages areas', (_name, pixels, tolerance) => {
    const { picture } = levelsOf(bench, smallSize(pixels, WORK_EDGE));
    shrink(bench, pixels, picture);
    const { rgb, width, height } = flatten.shrink(pixels, WORK_EDGE);
    expect(picture).toMatchObject({ width, height });
    const { colours, colourPlane, intensity } = bench.at;
    for (let k = 0; k < 3; k++) {
      const got = read(colours + k * colourPlane, picture);
      expect(farthest(got, channel(rgb, k, 3))).toBeLessThanOrEqual(tolerance);
    }
    const grey = Array.from({ length: width * height }, (_, i) =>
      flatten.luminance(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]),
    );
    expect(
      farthest(
        read(intensity, picture),
        grey.map((value) => 255 - value),
      ),
    ).toBeLessThan(tolerance + 1e-3);
  });
});

describe.each(SIZES)('at %i × %i', (width, height) => {
  it('features, their halves', () => {
    const { fine, coarse, expected } = prepare(patchwork(width, height));
    const halved = features.halve(expected);
    for (let k = 0; k < features.DIMENSIONS; k++) {
      const pairs: [Level, features.Features][] = [
        [fine, expected],
        [coarse, halved],
      ];
      for (const [level, { data }] of pairs) {
        const got = read(level.features + k * level.plane, level);
        expect(farthest(got, channel(data, k, features.DIMENSIONS))).toBeLessThan(0.01);
      }
    }
  });

  it('a walk: the same order, the same end', () => {
    const { fine, expected } = prepare(patchwork(width, height));
    const [evidence, first] = [0, 1].map(() =>
      Float32Array.from({ length: fine.width * fine.height }, chance),
    );
    write(bench.at.evidence, fine, evidence);
    write(fine.probability, fine, first);
    tie(bench, fine);
    start(bench, fine, fine.probability);
    walk(bench, fine, 3);
    const framed = walker.withFrame(first, expected);
    walker.walk(walker.tiesOf(expected), walker.withFrame(evidence, expected), framed, 3);
    const end = walker.withoutFrame(framed, expected);
    expect(farthest(read(fine.probability, fine), end)).toBeLessThan(1e-4);
  });

  it('a mask without small parts and small holes', () => {
    const { fine } = levelsOf(bench, { width, height });
    for (const share of [0.3, 0.5, 0.7]) {
      const probability = Float32Array.from(
        { length: fine.width * fine.height },
        () => chance() + share - 0.5,
      );
      write(fine.probability, fine, probability);
      findPart(bench, fine);
      const mask = Uint8Array.from(probability, (p) => Number(p >= 0.5));
      tidy(mask, fine);
      const part = new Uint8Array(bench.memory.buffer, bench.at.part, fine.row * fine.height);
      const got = Array.from(
        mask,
        (_, i) => part[Math.floor(i / fine.width) * fine.row + (i % fine.width)] / 255,
      );
      expect(got).toEqual([...mask]);
    }
  });
});

it('log odds and back', () => {
  const { kernels, at } = bench;
  const p = Float32Array.from({ length: 1024 }, chance).fill(0, 0, 2).fill(1, 2, 4);
  floats(at.evidence, 1024).set(p);
  kernels.f32_log_odds(at.placeOdds, at.evidence, 1024);
  const odds = Array.from(p.subarray(4), (value) => Math.log(value / (1 - value)));
  expect(farthest(floats(at.placeOdds + 16, 1020), odds)).toBeLessThan(2e-6);
  floats(at.odds, 4).set([0, -3, 2, 60]);
  const classes = new Uint8Array(bench.memory.buffer, at.part, 1024).map((_, i) => i % 4);
  new Uint8Array(bench.memory.buffer, at.part, 1024).set(classes);
  kernels.f32_bayes(at.evidence, at.placeOdds, 1.5, at.part, at.odds, 0.5, 1024);
  const expected = Array.from(p, (value, i) => {
    const both = (value / (1 - value)) ** -1.5 * Math.exp(-0.5 * ([0, -3, 2, 60][i % 4] as number));
    return 1 / (1 + both);
  });
  expect(farthest(floats(at.evidence, 1024), expected)).toBeLessThan(1e-6);
});

it('a map at any other resolution', () => {
  const edge = fc.integer({ min: 1, max: 96 });
  fc.assert(
    fc.property(edge, edge, edge, edge, (width, height, wide, high) => {
      const map = { width, height, data: Float32Array.from({ length: width * height }, chance) };
      const { picture }: { picture: Size & Grid } = levelsOf(bench, { width: wide, height: high });
      resample(bench, bench.at.intensity, picture, placeMap(bench, map));
      expect(farthest(read(bench.at.intensity, picture), prior.resample(map, picture))).toBeLessThan(1e-6);
    }),
    { numRuns: 50 },
  );
});

it('an object in the frame, from any box', () => {
  const edge = fc.nat(WORK_EDGE - 1);
  const { picture } = levelsOf(bench, { width: WORK_EDGE, height: WORK_EDGE });
  const intensity = Float32Array.from({ length: WORK_EDGE ** 2 }, noise);
  write(bench.at.intensity, picture, intensity);
  fc.assert(
    fc.property(edge, edge, edge, edge, (x0, x1, y0, y1) => {
      const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
      const box = { left, top, width: Math.max(x0, x1) - left + 1, height: Math.max(y0, y1) - top + 1 };
      const got = placeObject(bench, picture, box);
      // What lies on the edge between two bytes may fall to either side.
      expect(farthest(got, place.placeObject(intensity, WORK_EDGE, box))).toBeLessThanOrEqual(1);
    }),
    { numRuns: 100 },
  );
});

/** The pixels over white, in bytes. */
function overWhite({ width, height, data }: Pixels): Pixels {
  const opaque = data.map((value, i) => {
    const hidden = (data[i | 3] / 255) * (255 - value);
    return i % 4 === 3 ? 255 : 255 - Math.round(hidden);
  });
  return { width, height, data: opaque };
}

it.each(GOLDEN)('%s: the same garment, the same image', (_name, draw) => {
  const pixels = draw();
  const photo = photoPipeline(module)(pixels);
  const { image, quality, found } = referencePhoto(overWhite(pixels));
  expect(photo.quality).toBeCloseTo(quality, 4);
  expect(photo.mask?.data).toEqual(found?.mask.map((inside) => 255 * inside));
  expect(farthest(photo.image, image)).toBeLessThanOrEqual(1);
});
