/**
 * @file Features of the pixels, by which the garment differs from the floor: colour and roughness. Their distance is Euclidean.
 */
import type { Grid } from './geometry.ts';
import { FEATURE_COUNT, type Level, type Workspace } from './workspace.ts';

/** Weight of lightness. It is below 1, because shadows and light spots change lightness most. */
const LIGHTNESS_WEIGHT = 0.8;

/** Weight of the two colour axes. Oklab understates differences along them by about half. */
const COLOUR_WEIGHT = 2;

/** Weight of a doubling of the roughness, in units of lightness. */
const ROUGHNESS_WEIGHT = 4;

/** Standard deviation of lightness (of 100) that camera noise causes on smooth surfaces. */
const NOISE = 2;

/** Roughness is averaged over this many pixels in each direction. */
const REACH = 2;

/**
 * Computes the features of `fine` from the picture's RGB planes, which become Oklab planes. A fine pixel is a block of 2 × 2
 * pixels of the picture.
 *
 * Roughness is the standard deviation of lightness within blocks: the minimum over 3 × 3 blocks, then averaged. The minimum
 * removes edges, which are lines and would otherwise surround every object with a rough rim.
 */
export function computeFeatures({ kernels, addresses }: Workspace, picture: Grid, fine: Level): void {
  const { colours, colourStride, linearLight, scratch } = addresses;
  const { width, height, stride } = fine;
  kernels.f32_oklab(colours, linearLight, picture.count, colourStride);
  for (const [i, weight] of [LIGHTNESS_WEIGHT, COLOUR_WEIGHT, COLOUR_WEIGHT].entries()) {
    const colour = colours + i * colourStride;
    const feature = fine.features + i * fine.planeStride;
    kernels.f32_repeat_edge(colour, picture.width, picture.height, picture.stride);
    kernels.f32_block_means(feature, colour, weight, width, height, stride, picture.stride);
  }
  const roughness = fine.features + 3 * fine.planeStride;
  const transposedStride = (height + 6) & ~3;
  kernels.f32_block_deviations(roughness, colours, width, height, stride, picture.stride);
  kernels.f32_minima_transposed(scratch[0], roughness, width, height, transposedStride, stride);
  kernels.f32_minima_transposed(scratch[1], scratch[0], height, width, stride, transposedStride);
  kernels.f32_means_transposed(scratch[0], scratch[1], REACH, width, height, transposedStride, stride);
  kernels.f32_means_transposed(roughness, scratch[0], REACH, height, width, stride, transposedStride);
  kernels.f32_log2_1p(roughness, roughness, ROUGHNESS_WEIGHT, NOISE, fine.count);
}

/** Computes the features of `coarse`: means of blocks of 2 × 2 pixels of `fine`. */
export function halveFeatures({ kernels }: Workspace, fine: Level, coarse: Level): void {
  const { width, height, stride } = coarse;
  for (let i = 0; i < FEATURE_COUNT; i++) {
    const from = fine.features + i * fine.planeStride;
    const to = coarse.features + i * coarse.planeStride;
    kernels.f32_repeat_edge(from, fine.width, fine.height, fine.stride);
    kernels.f32_block_means(to, from, 1, width, height, stride, fine.stride);
  }
}
