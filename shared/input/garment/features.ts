/** @file What tells a garment's pixels from the floor's: colour and roughness. Euclidean distance says how different two look. */
import { type Bench, DIMENSIONS, type Grid, type Level } from './bench.ts';

/** Lightness counts less than colour: shadows and light spots change lightness most. Oklab's colour axes are short by half. */
const LIGHTNESS = 0.8;
const COLOUR = 2;

/** What a doubling of the roughness counts, in units of lightness. */
const ROUGHNESS = 4;

/** Standard deviation of lightness (of 100) that a camera's noise makes on smooth things. */
const NOISE = 2;

/** A place's roughness is the mean of so many pixels to every side. */
const REACH = 2;

/**
 * The features of `fine`: those of blocks of 2 × 2 of the bench's colours, which become Oklab's. Roughness is the standard deviation of
 * lightness within blocks, the least of 3 × 3 and then averaged: an edge is a line, and would be a rim of roughness around everything.
 */
export function findFeatures({ kernels, at }: Bench, picture: Grid, fine: Level): void {
  const { colours, colourPlane, scratch } = at;
  const { width, height, row } = fine;
  kernels.f32_oklab(colours, at.light, picture.count, colourPlane);
  for (const [i, factor] of [LIGHTNESS, COLOUR, COLOUR].entries()) {
    const colour = colours + i * colourPlane;
    kernels.f32_repeat_edge(colour, picture.width, picture.height, picture.row);
    kernels.f32_halve(fine.features + i * fine.plane, colour, factor, width, height, row, picture.row);
  }
  const roughness = fine.features + 3 * fine.plane;
  const turned = (height + 6) & ~3;
  kernels.f32_deviations(roughness, colours, width, height, row, picture.row);
  kernels.f32_least_turned(scratch[0], roughness, width, height, turned, row);
  kernels.f32_least_turned(scratch[1], scratch[0], height, width, row, turned);
  kernels.f32_means_turned(scratch[0], scratch[1], REACH, width, height, turned, row);
  kernels.f32_means_turned(roughness, scratch[0], REACH, height, width, row, turned);
  kernels.f32_doublings(roughness, roughness, ROUGHNESS, NOISE, fine.count);
}

/** The features of `coarse`: the means of blocks of 2 × 2 of `fine`. */
export function halveFeatures({ kernels }: Bench, fine: Level, coarse: Level): void {
  for (let i = 0; i < DIMENSIONS; i++) {
    const from = fine.features + i * fine.plane;
    kernels.f32_repeat_edge(from, fine.width, fine.height, fine.row);
    const to = coarse.features + i * coarse.plane;
    kernels.f32_halve(to, from, 1, coarse.width, coarse.height, coarse.row, fine.row);
  }
}
