/** @file The kernels of the photo pipeline, step by step and as a whole, compute what plain loops in double precision do. */
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
import * as downscaling from './reference/downscale.ts';
import * as features from './reference/features.ts';
import { cleanMask } from './reference/mask.ts';
import { referencePhoto } from './reference/photo.ts';
import * as placement from './reference/placement.ts';
import * as walker from './reference/random-walker.ts';
import * as resampling from './reference/resample.ts';

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

let workspace: Workspace;
beforeEach(() => {
  workspace = openWorkspace(module);
  // Whatever was there before counts nothing.
  const { addresses, memory } = workspace;
  new Float32Array(
    memory.buffer,
    addresses.colours,
    (addresses.differences[0] - addresses.colours) >> 2,
  ).fill(77);
});

const floats = (address: number, length: number) =>
  new Float32Array(workspace.memory.buffer, address, length);

/** A plane without the ends of its rows. */
function read(
  address: number,
  { width, height, stride }: Pick<Grid, 'width' | 'height' | 'stride'>,
): number[] {
  const values = floats(address, stride * height);
  return Array.from(
    { length: width * height },
    (_, i) => values[Math.floor(i / width) * stride + (i % width)],
  );
}

function write(address: number, { width, height, stride }: Grid, values: ArrayLike<number>): void {
  const plane = floats(address, stride * height);
  for (let i = 0; i < width * height; i++) plane[Math.floor(i / width) * stride + (i % width)] = values[i];
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
  const levels = levelsOf(workspace, downscaledSize(pixels, WORK_EDGE));
  downscale(workspace, pixels, levels.picture);
  computeFeatures(workspace, levels.picture, levels.fine);
  halveFeatures(workspace, levels.fine, levels.coarse);
  return { ...levels, expected: features.featuresOf(downscaling.downscale(pixels, WORK_EDGE)) };
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
    const { picture } = levelsOf(workspace, downscaledSize(pixels, WORK_EDGE));
    downscale(workspace, pixels, picture);
    const { rgb, width, height } = downscaling.downscale(pixels, WORK_EDGE);
    expect(picture).toMatchObject({ width, height });
    const { colours, colourStride, intensity } = workspace.addresses;
    for (let k = 0; k < 3; k++) {
      const got = read(colours + k * colourStride, picture);
      expect(farthest(got, channel(rgb, k, 3))).toBeLessThanOrEqual(tolerance);
    }
    const grey = Array.from({ length: width * height }, (_, i) =>
      downscaling.luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]),
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
    const halved = features.halveFeatures(expected);
    for (let k = 0; k < features.FEATURE_COUNT; k++) {
      const pairs: [Level, features.Features][] = [
        [fine, expected],
        [coarse, halved],
      ];
      for (const [level, { data }] of pairs) {
        const got = read(level.features + k * level.planeStride, level);
        expect(farthest(got, channel(data, k, features.FEATURE_COUNT))).toBeLessThan(0.01);
      }
    }
  });

  it('a walk: the same order, the same end', () => {
    const { fine, expected } = prepare(patchwork(width, height));
    const [evidence, first] = [0, 1].map(() =>
      Float32Array.from({ length: fine.width * fine.height }, chance),
    );
    write(workspace.addresses.evidence, fine, evidence);
    write(fine.probability, fine, first);
    prepareWalker(workspace, fine);
    startWalker(workspace, fine, fine.probability);
    runWalker(workspace, fine, 3);
    const framed = walker.withFrame(first, expected);
    walker.runWalker(walker.affinitiesOf(expected), walker.withFrame(evidence, expected), framed, 3);
    const end = walker.withoutFrame(framed, expected);
    expect(farthest(read(fine.probability, fine), end)).toBeLessThan(1e-4);
  });

  it('a mask without small parts and small holes', () => {
    const { fine } = levelsOf(workspace, { width, height });
    for (const share of [0.3, 0.5, 0.7]) {
      const probability = Float32Array.from(
        { length: fine.width * fine.height },
        () => chance() + share - 0.5,
      );
      write(fine.probability, fine, probability);
      computeHalfMask(workspace, fine);
      const mask = Uint8Array.from(probability, (p) => Number(p >= 0.5));
      cleanMask(mask, fine);
      const halfMask = new Uint8Array(
        workspace.memory.buffer,
        workspace.addresses.halfMask,
        fine.stride * fine.height,
      );
      const got = Array.from(
        mask,
        (_, i) => halfMask[Math.floor(i / fine.width) * fine.stride + (i % fine.width)] / 255,
      );
      expect(got).toEqual([...mask]);
    }
  });
});

it('log odds and back', () => {
  const { kernels, addresses } = workspace;
  const p = Float32Array.from({ length: 1024 }, chance).fill(0, 0, 2).fill(1, 2, 4);
  floats(addresses.evidence, 1024).set(p);
  kernels.f32_log_odds(addresses.priorLogOdds, addresses.evidence, 1024);
  const odds = Array.from(p.subarray(4), (value) => Math.log(value / (1 - value)));
  expect(farthest(floats(addresses.priorLogOdds + 16, 1020), odds)).toBeLessThan(2e-6);
  floats(addresses.clusterLogRatios, 4).set([0, -3, 2, 60]);
  const classes = new Uint8Array(workspace.memory.buffer, addresses.halfMask, 1024).map((_, i) => i % 4);
  new Uint8Array(workspace.memory.buffer, addresses.halfMask, 1024).set(classes);
  kernels.f32_posterior(
    addresses.evidence,
    addresses.priorLogOdds,
    1.5,
    addresses.halfMask,
    addresses.clusterLogRatios,
    0.5,
    1024,
  );
  const expected = Array.from(p, (value, i) => {
    const both = (value / (1 - value)) ** -1.5 * Math.exp(-0.5 * ([0, -3, 2, 60][i % 4] as number));
    return 1 / (1 + both);
  });
  expect(farthest(floats(addresses.evidence, 1024), expected)).toBeLessThan(1e-6);
});

it('a map at any other resolution', () => {
  const edge = fc.integer({ min: 1, max: 96 });
  fc.assert(
    fc.property(edge, edge, edge, edge, (width, height, wide, high) => {
      const map = { width, height, data: Float32Array.from({ length: width * height }, chance) };
      const { picture }: { picture: Grid } = levelsOf(workspace, { width: wide, height: high });
      resample(workspace, workspace.addresses.intensity, picture, storeMap(workspace, map));
      expect(
        farthest(read(workspace.addresses.intensity, picture), resampling.resample(map, picture)),
      ).toBeLessThan(1e-6);
    }),
    { numRuns: 50 },
  );
});

it('an object in the frame, from any box', () => {
  const edge = fc.nat(WORK_EDGE - 1);
  const { picture } = levelsOf(workspace, { width: WORK_EDGE, height: WORK_EDGE });
  const intensity = Float32Array.from({ length: WORK_EDGE ** 2 }, noise);
  write(workspace.addresses.intensity, picture, intensity);
  fc.assert(
    fc.property(edge, edge, edge, edge, (x0, x1, y0, y1) => {
      const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
      const box = { left, top, width: Math.max(x0, x1) - left + 1, height: Math.max(y0, y1) - top + 1 };
      const got = placeObject(workspace, picture, box);
      // What lies on the edge between two bytes may fall to either side.
      expect(farthest(got, placement.placeObject(intensity, WORK_EDGE, box))).toBeLessThanOrEqual(1);
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
