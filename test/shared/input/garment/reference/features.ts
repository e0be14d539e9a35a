/** @file Reference: features of the pixels, by which the garment differs from the floor. */

import type { Size } from '#shared/decode/pixels.ts';
import type { Picture } from './downscale.ts';
import { oklabOf } from './oklab.ts';

/** Features of a pixel: lightness, green–red, blue–yellow, roughness. */
export const FEATURE_COUNT = 4;

/** The features of each pixel, interleaved, row by row. Their distance is Euclidean. */
export interface Features extends Size {
  /** FEATURE_COUNT · width · height numbers. */
  readonly data: Float32Array;
}

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
 * Computes the features of blocks of 2 × 2 pixels. Roughness is the standard deviation of lightness within blocks: the minimum
 * over 3 × 3 blocks, then averaged. The minimum removes edges, which would otherwise surround every object with a rough rim.
 */
export function featuresOf(picture: Picture): Features {
  const lab = oklabOf(picture);
  const [width, height] = [(picture.width + 1) >> 1, (picture.height + 1) >> 1];
  const data = new Float32Array(FEATURE_COUNT * width * height);
  const deviation = new Float32Array(width * height);
  eachBlock(picture, (i, first, second, third, fourth) => {
    const [a, b, c, d] = [3 * first, 3 * second, 3 * third, 3 * fourth];
    const mean = (lab[a] + lab[b] + lab[c] + lab[d]) / 4;
    const squares = (lab[a] - mean) ** 2 + (lab[b] - mean) ** 2 + (lab[c] - mean) ** 2 + (lab[d] - mean) ** 2;
    deviation[i] = Math.sqrt(squares / 4);
    const to = FEATURE_COUNT * i;
    data[to] = LIGHTNESS_WEIGHT * mean;
    data[to + 1] = (COLOUR_WEIGHT / 4) * (lab[a + 1] + lab[b + 1] + lab[c + 1] + lab[d + 1]);
    data[to + 2] = (COLOUR_WEIGHT / 4) * (lab[a + 2] + lab[b + 2] + lab[c + 2] + lab[d + 2]);
  });
  const minima = runningMinima(runningMinima(deviation, height, width, width, 1), width, height, 1, width);
  const along = runningMeans(minima, height, width, width, 1);
  const smooth = runningMeans(along, width, height, 1, width);
  for (let i = 0; i < smooth.length; i++) {
    data[FEATURE_COUNT * i + 3] = ROUGHNESS_WEIGHT * Math.log2(1 + smooth[i] / NOISE);
  }
  return { width, height, data };
}

/** Returns the means of blocks of 2 × 2. */
export function halveFeatures(features: Features): Features {
  const [width, height] = [(features.width + 1) >> 1, (features.height + 1) >> 1];
  const data = new Float32Array(FEATURE_COUNT * width * height);
  const from = features.data;
  eachBlock(features, (i, a, b, c, d) => {
    for (let k = 0; k < FEATURE_COUNT; k++) {
      const sum =
        from[FEATURE_COUNT * a + k] +
        from[FEATURE_COUNT * b + k] +
        from[FEATURE_COUNT * c + k] +
        from[FEATURE_COUNT * d + k];
      data[FEATURE_COUNT * i + k] = sum / 4;
    }
  });
  return { width, height, data };
}

/** Calls `call` with the index of each block of 2 × 2 and of its pixels. At an odd edge the last pixels count twice. */
function eachBlock(
  { width, height }: Size,
  call: (block: number, a: number, b: number, c: number, d: number) => void,
): void {
  let block = 0;
  for (let y = 0; y < height; y += 2) {
    const [above, below] = [y * width, Math.min(height - 1, y + 1) * width];
    for (let x = 0; x < width; x += 2) {
      const right = Math.min(width - 1, x + 1);
      call(block++, above + x, above + right, below + x, below + right);
    }
  }
}

/** Returns the minimum of each value and its two neighbours. Parameters are those of `runningMeans`. */
function runningMinima(
  values: Float32Array,
  lines: number,
  count: number,
  lineStep: number,
  step: number,
): Float32Array {
  const minima = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    for (let i = 0; i < count; i++) {
      const at = start + i * step;
      const previous = i > 0 ? values[at - step] : values[at];
      const next = i < count - 1 ? values[at + step] : values[at];
      minima[at] = Math.min(previous, values[at], next);
    }
  }
  return minima;
}

/**
 * Returns the mean of each value and up to REACH neighbours on either side, along lines.
 * @param lines number of lines, whose first values are `lineStep` apart
 * @param count values of a line, which are `step` apart
 */
function runningMeans(
  values: Float32Array,
  lines: number,
  count: number,
  lineStep: number,
  step: number,
): Float32Array {
  const means = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * lineStep;
    let [sum, length] = [0, 0];
    for (let i = 0; i < count + REACH; i++) {
      if (i < count) {
        sum += values[start + i * step];
        length += 1;
      }
      if (i > 2 * REACH) {
        sum -= values[start + (i - 2 * REACH - 1) * step];
        length -= 1;
      }
      if (i >= REACH) means[start + (i - REACH) * step] = sum / length;
    }
  }
  return means;
}
