/** @file The kernels of the photo pipeline compute what the reference in plain loops and double precision computes. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Pixels } from '#shared/decode/pixels.ts';
import { downscale, downscaledSize } from '#shared/input/garment/downscale.ts';
import { computeFeatures, halveFeatures } from '#shared/input/garment/features.ts';
import type { Grid } from '#shared/input/garment/geometry.ts';
import { compilePhoto } from '#shared/input/garment/kernels.ts';
import { computeHalfMask } from '#shared/input/garment/mask.ts';
import { photoPipeline } from '#shared/input/garment/photo.ts';
import { placeObject } from '#shared/input/garment/placement.ts';
import { prepareWalker, runWalker, startWalker } from '#shared/input/garment/random-walker.ts';
import { resample, storeMap } from '#shared/input/garment/resample.ts';
import {
  type Level,
  levelsOf,
  openWorkspace,
  WORK_EDGE,
  type Workspace,
} from '#shared/input/garment/workspace.ts';
import { GOLDEN, noiseFrom } from '../../../fixtures/garments.ts';
import { paint } from '../../../fixtures/images.ts';
import * as reference from './reference/index.ts';

const module = await compilePhoto(new Uint8Array(await readFile('shared/input/garment/build/photo.wasm')));

const noise = noiseFrom(5);
const chance = () => noise() / 255;

/** An image of noisy blocks, each with its own colour. */
const patchwork = (width: number, height: number): Pixels => {
  const colours = Array.from({ length: 64 }, () => [noise(), noise(), noise()] as const);
  return paint(width, height, (x, y) => {
    const [red, green, blue] = colours[((x >> 4) + 8 * (y >> 4)) % 64];
    return [red + noise() / 9, green + noise() / 9, blue + noise() / 9];
  });
};

/** The largest, widest, highest and smallest size, and sizes that are multiples of neither 2 nor 4. */
const SIZES = [
  [192, 192],
  [192, 7],
  [7, 192],
  [101, 67],
  [3, 5],
  [1, 1],
] as const;

let workspace: Workspace;
beforeEach(() => {
  workspace = openWorkspace(module);
  // Earlier contents of the memory must have no effect.
  const { colours, differences } = workspace.addresses;
  floats(colours, (differences[0] - colours) >> 2).fill(77);
});

const floats = (address: number, length: number) =>
  new Float32Array(workspace.memory.buffer, address, length);

type Layout = Pick<Grid, 'width' | 'height' | 'stride'>;

/** Returns a plane's values without padding. */
function read(address: number, { width, height, stride }: Layout): number[] {
  const plane = floats(address, stride * height);
  return Array.from(
    { length: width * height },
    (_, i) => plane[Math.floor(i / width) * stride + (i % width)],
  );
}

/** Writes values without padding to a plane. */
function write(address: number, { width, height, stride }: Layout, values: ArrayLike<number>): void {
  const plane = floats(address, stride * height);
  for (let i = 0; i < width * height; i++) plane[Math.floor(i / width) * stride + (i % width)] = values[i];
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
};

/** Returns one channel of interleaved values. */
const channel = (values: Float32Array, index: number, channels: number) =>
  values.filter((_, i) => i % channels === index);

/** Computes an image's features with the kernels and with the reference. */
function computeBoth(pixels: Pixels) {
  const levels = levelsOf(workspace, downscaledSize(pixels, WORK_EDGE));
  downscale(workspace, pixels, levels.picture);
  computeFeatures(workspace, levels.picture, levels.fine);
  halveFeatures(workspace, levels.fine, levels.coarse);
  return { ...levels, expected: reference.featuresOf(reference.downscale(pixels, WORK_EDGE)) };
}

describe('downscaling', () => {
  const translucent = patchwork(150, 90);
  for (let i = 3; i < translucent.data.length; i += 4) translucent.data[i] = noise();
  it.each([
    ['a photo', patchwork(400, 533), 1e-4],
    ['a small image, which keeps its size', patchwork(31, 17), 0],
    ['a translucent image, whose bytes over white are rounded', translucent, 0.5],
    ['an image with rows that are longer than a band', patchwork(20_001, 3), 1e-3],
  ])('averages the areas of %s', (_name, pixels, tolerance) => {
    const { picture } = levelsOf(workspace, downscaledSize(pixels, WORK_EDGE));
    downscale(workspace, pixels, picture);
    const { rgb, width, height } = reference.downscale(pixels, WORK_EDGE);
    expect(picture).toMatchObject({ width, height });
    const { colours, colourStride, intensity } = workspace.addresses;
    for (let k = 0; k < 3; k++) {
      const plane = read(colours + k * colourStride, picture);
      expect(largestDifference(plane, channel(rgb, k, 3))).toBeLessThanOrEqual(tolerance);
    }
    const inverted = Array.from(
      { length: width * height },
      (_, i) => 255 - reference.luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]),
    );
    expect(largestDifference(read(intensity, picture), inverted)).toBeLessThan(tolerance + 1e-3);
  });
});

describe.each(SIZES)('at %i × %i pixels', (width, height) => {
  it('the features of both levels match the reference', () => {
    const { fine, coarse, expected } = computeBoth(patchwork(width, height));
    const halved = reference.halveFeatures(expected);
    for (let k = 0; k < reference.FEATURE_COUNT; k++) {
      const pairs: [Level, reference.Features][] = [
        [fine, expected],
        [coarse, halved],
      ];
      for (const [level, { data }] of pairs) {
        const feature = read(level.features + k * level.planeStride, level);
        expect(largestDifference(feature, channel(data, k, reference.FEATURE_COUNT))).toBeLessThan(0.01);
      }
    }
  });

  it('the random walker matches the reference, which has the same order of updates', () => {
    const { fine, expected } = computeBoth(patchwork(width, height));
    const [evidence, initial] = [0, 1].map(() =>
      Float32Array.from({ length: fine.width * fine.height }, chance),
    );
    write(workspace.addresses.evidence, fine, evidence);
    write(fine.probability, fine, initial);
    prepareWalker(workspace, fine);
    startWalker(workspace, fine, fine.probability);
    runWalker(workspace, fine, 3);
    const framed = reference.withFrame(initial, expected);
    const affinities = reference.affinitiesOf(expected);
    reference.runWalker(affinities, reference.withFrame(evidence, expected), framed, 3);
    const result = reference.withoutFrame(framed, expected);
    expect(largestDifference(read(fine.probability, fine), result)).toBeLessThan(1e-4);
  });

  it('the mask without small components and small holes equals the reference', () => {
    const { fine } = levelsOf(workspace, { width, height });
    for (const share of [0.3, 0.5, 0.7]) {
      const probability = Float32Array.from(
        { length: fine.width * fine.height },
        () => chance() + share - 0.5,
      );
      write(fine.probability, fine, probability);
      computeHalfMask(workspace, fine);
      const expected = Uint8Array.from(probability, (p) => Number(p >= 0.5));
      reference.cleanMask(expected, fine);
      const halfMask = bytes(workspace.addresses.halfMask, fine.stride * fine.height);
      const mask = Array.from(
        expected,
        (_, i) => halfMask[Math.floor(i / fine.width) * fine.stride + (i % fine.width)] / 255,
      );
      expect(mask).toEqual([...expected]);
    }
  });
});

const bytes = (address: number, length: number) => new Uint8Array(workspace.memory.buffer, address, length);

it('log odds and posteriors match double precision', () => {
  const { kernels, addresses } = workspace;
  const { evidence, priorLogOdds, clusterLogRatios, halfMask: clusters } = addresses;
  const p = Float32Array.from({ length: 1024 }, chance).fill(0, 0, 2).fill(1, 2, 4);
  floats(evidence, 1024).set(p);
  kernels.f32_log_odds(priorLogOdds, evidence, 1024);
  const odds = Array.from(p.subarray(4), (value) => Math.log(value / (1 - value)));
  expect(largestDifference(floats(priorLogOdds + 16, 1020), odds)).toBeLessThan(2e-6);

  const ratios = [0, -3, 2, 60];
  floats(clusterLogRatios, 4).set(ratios);
  bytes(clusters, 1024).forEach((_, i, all) => {
    all[i] = i % 4;
  });
  kernels.f32_posterior(evidence, priorLogOdds, 1.5, clusters, clusterLogRatios, 0.5, 1024);
  const expected = Array.from(p, (value, i) => {
    const inverseOdds = (value / (1 - value)) ** -1.5 * Math.exp(-0.5 * ratios[i % 4]);
    return 1 / (1 + inverseOdds);
  });
  expect(largestDifference(floats(evidence, 1024), expected)).toBeLessThan(1e-6);
});

it('resampling from any size to any other matches the reference', () => {
  const edge = fc.integer({ min: 1, max: 96 });
  fc.assert(
    fc.property(edge, edge, edge, edge, (width, height, newWidth, newHeight) => {
      const map = { width, height, data: Float32Array.from({ length: width * height }, chance) };
      const { picture } = levelsOf(workspace, { width: newWidth, height: newHeight });
      const { intensity } = workspace.addresses;
      resample(workspace, intensity, picture, storeMap(workspace, map));
      const expected = reference.resample(map, picture);
      expect(largestDifference(read(intensity, picture), expected)).toBeLessThan(1e-6);
    }),
    { numRuns: 50 },
  );
});

it('the placement of any box matches the reference', () => {
  const edge = fc.nat(WORK_EDGE - 1);
  const { picture } = levelsOf(workspace, { width: WORK_EDGE, height: WORK_EDGE });
  const intensity = Float32Array.from({ length: WORK_EDGE ** 2 }, noise);
  write(workspace.addresses.intensity, picture, intensity);
  fc.assert(
    fc.property(edge, edge, edge, edge, (x0, x1, y0, y1) => {
      const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
      const box = { left, top, width: Math.max(x0, x1) - left + 1, height: Math.max(y0, y1) - top + 1 };
      const image = placeObject(workspace, picture, box);
      // A mean halfway between two bytes can be rounded to either.
      const expected = reference.placeObject(intensity, WORK_EDGE, box);
      expect(largestDifference(image, expected)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 100 },
  );
});

/** Composites the pixels over white, in bytes. */
function overWhite({ width, height, data }: Pixels): Pixels {
  const opaque = data.map((value, i) => {
    const hidden = (data[i | 3] / 255) * (255 - value);
    return i % 4 === 3 ? 255 : 255 - Math.round(hidden);
  });
  return { width, height, data: opaque };
}

it.each(GOLDEN)('the whole pipeline matches the reference for %s', (_name, draw) => {
  const pixels = draw();
  const photo = photoPipeline(module)(pixels);
  const { image, quality, found } = reference.referencePhoto(overWhite(pixels));
  expect(photo.quality).toBeCloseTo(quality, 4);
  expect(photo.mask?.data).toEqual(found?.mask.map((inside) => 255 * inside));
  expect(largestDifference(photo.image, image)).toBeLessThanOrEqual(1);
});
