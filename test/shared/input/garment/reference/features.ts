/** @file What tells a garment's pixels from the floor's: colour and roughness. */

import type { Size } from '#shared/input/garment/mask.ts';
import type { Picture } from './flatten.ts';
import { oklabOf } from './oklab.ts';

/** Numbers of each pixel in `Features`. */
export const DIMENSIONS = 4;

/** Lightness, green to red, blue to yellow, roughness of each pixel, row by row; Euclidean distance says how different two look. */
export interface Features extends Size {
  /** DIMENSIONS · width · height numbers. */
  readonly data: Float32Array;
}

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
 * Features of blocks of 2 × 2 pixels. Roughness is the standard deviation of lightness within blocks, the least of 3 × 3 and then
 * averaged: an edge is a line, and would be a rim of roughness around everything.
 */
export function featuresOf(picture: Picture): Features {
  const lab = oklabOf(picture);
  const [width, height] = [(picture.width + 1) >> 1, (picture.height + 1) >> 1];
  const data = new Float32Array(DIMENSIONS * width * height);
  const deviation = new Float32Array(width * height);
  eachBlock(picture, (i, first, second, third, fourth) => {
    const [a, b, c, d] = [3 * first, 3 * second, 3 * third, 3 * fourth];
    const mean = (lab[a] + lab[b] + lab[c] + lab[d]) / 4;
    const squares = (lab[a] - mean) ** 2 + (lab[b] - mean) ** 2 + (lab[c] - mean) ** 2 + (lab[d] - mean) ** 2;
    deviation[i] = Math.sqrt(squares / 4);
    const to = DIMENSIONS * i;
    data[to] = LIGHTNESS * mean;
    data[to + 1] = (COLOUR / 4) * (lab[a + 1] + lab[b + 1] + lab[c + 1] + lab[d + 1]);
    data[to + 2] = (COLOUR / 4) * (lab[a + 2] + lab[b + 2] + lab[c + 2] + lab[d + 2]);
  });
  const calm = leastOfLines(leastOfLines(deviation, height, width, width, 1), width, height, 1, width);
  const along = runningMeans(calm, height, width, width, 1);
  const smooth = runningMeans(along, width, height, 1, width);
  for (let i = 0; i < smooth.length; i++) {
    data[DIMENSIONS * i + 3] = ROUGHNESS * Math.log2(1 + smooth[i] / NOISE);
  }
  return { width, height, data };
}

/** The means of blocks of 2 × 2. */
export function halve(features: Features): Features {
  const [width, height] = [(features.width + 1) >> 1, (features.height + 1) >> 1];
  const data = new Float32Array(DIMENSIONS * width * height);
  const from = features.data;
  eachBlock(features, (i, a, b, c, d) => {
    for (let k = 0; k < DIMENSIONS; k++) {
      const sum =
        from[DIMENSIONS * a + k] +
        from[DIMENSIONS * b + k] +
        from[DIMENSIONS * c + k] +
        from[DIMENSIONS * d + k];
      data[DIMENSIONS * i + k] = sum / 4;
    }
  });
  return { width, height, data };
}

/** Calls with the number of each block of 2 × 2 and its pixels; beyond an odd edge the last ones count twice. */
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

/** The least of each value and the next on either side, in lines as `runningMeans` takes them. */
function leastOfLines(
  values: Float32Array,
  lines: number,
  count: number,
  next: number,
  step: number,
): Float32Array {
  const least = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * next;
    for (let i = 0; i < count; i++) {
      const at = start + i * step;
      const before = i > 0 ? values[at - step] : values[at];
      const after = i < count - 1 ? values[at + step] : values[at];
      least[at] = Math.min(before, values[at], after);
    }
  }
  return least;
}

/** The mean of each value and up to REACH on either side, in `lines` lines of `count` values that are `step` apart. */
function runningMeans(
  values: Float32Array,
  lines: number,
  count: number,
  next: number,
  step: number,
): Float32Array {
  const means = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    const start = line * next;
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
