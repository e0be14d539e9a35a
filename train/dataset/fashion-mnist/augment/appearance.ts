/** @file Changes a garment's appearance: dye, pattern, print, folds, lighting and noise, then the tone of the photo pipeline. */

import { IMAGE_PIXELS, IMAGE_SIZE } from '#shared/input/garment/size.ts';
import { toneOf } from '#shared/input/garment/tone.ts';
import { PIXEL_SCALE } from '#shared/input/preprocessing.ts';
import type { RandomDraws } from '../../random-draws.ts';
import type { Cutout } from './cutout.ts';

/** Returns the new brightness of the cloth at pixel (x, y). */
type Change = (value: number, x: number, y: number) => number;

/** Below this alpha the brightness of a pixel cannot be recovered. */
const LEAST_ALPHA = 0.02;

/** Slope that sharpens the edges: the pipeline's masks have hard edges, while resampling has softened those of the scene twice. */
const SHARPNESS = 2.5;

/** Changes the brightness of the garment in place and sharpens its edges. */
export function changeAppearance({ grey, alpha }: Cutout, random: RandomDraws): void {
  const changes: Change[] = [];
  if (random.bernoulli(0.7)) changes.push(dye(meanOf(grey, alpha), random));
  if (random.bernoulli(0.15)) changes.push(pattern(random));
  if (random.bernoulli(0.2)) changes.push(print(random));
  for (let folds = random.uniform(0, 6); folds > 1; folds--) changes.push(fold(random));
  if (random.bernoulli(0.5)) changes.push(lighting(random));
  const noise = random.bernoulli(0.5) ? random.uniform(0, 0.04) : 0;
  if (noise > 0) changes.push((value) => value + random.uniform(-noise, noise));
  const histogram = new Uint32Array(PIXEL_SCALE + 1);
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    if (alpha[i] < LEAST_ALPHA) continue;
    const x = i % IMAGE_SIZE;
    const y = Math.floor(i / IMAGE_SIZE);
    let value = grey[i] / alpha[i];
    for (const change of changes) value = change(value, x, y);
    grey[i] = PIXEL_SCALE * Math.min(1, Math.max(0, value));
    if (alpha[i] >= 0.5) histogram[Math.round(grey[i])]++;
  }
  const { contrast, brightness } = toneOf(histogram);
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    const toned = Math.min(PIXEL_SCALE, Math.max(1, contrast * grey[i] + brightness)) / PIXEL_SCALE;
    alpha[i] = alpha[i] < LEAST_ALPHA ? 0 : Math.min(1, Math.max(0, SHARPNESS * (alpha[i] - 0.5) + 0.5));
    grey[i] = toned * alpha[i];
  }
}

function meanOf(grey: Float32Array, alpha: Float32Array): number {
  let [sum, area] = [0, 1e-6];
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    sum += grey[i];
    area += alpha[i];
  }
  return sum / area;
}

/** Changes the colour: a new mean brightness, less contrast, and now and then inverted brightness. */
function dye(mean: number, random: RandomDraws): Change {
  const to = random.uniform(0.1, 0.98);
  const contrast = random.uniform(0.3, 1) * (random.bernoulli(0.1) ? -1 : 1);
  return (value) => to + contrast * (value - mean);
}

/** Adds stripes, checks, or a band of another brightness. */
function pattern(random: RandomDraws): Change {
  const kind = random.uniform(0, 1);
  const depth = random.uniform(0.1, 0.5) * random.sign();
  if (kind < 0.3) {
    const [from, to] = [random.uniform(-5, 25), random.uniform(5, 33)];
    const across = random.bernoulli(0.3);
    return (value, x, y) => ((across ? x : y) > from && (across ? x : y) < to ? value + depth : value);
  }
  const angle = kind < 0.6 ? random.normal(5) : 90 + random.normal(5);
  const [dx, dy] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const wave = (2 * Math.PI) / random.uniform(2.2, 9);
  const phase = random.uniform(0, 2 * Math.PI);
  const checks = kind > 0.85;
  return (value, x, y) => {
    const stripe = Math.sin(wave * (dx * x + dy * y) + phase);
    return value + depth * 0.5 * (checks ? stripe * Math.sin(wave * (dy * x - dx * y) + phase) : stripe);
  };
}

/** Adds a print on the chest. */
function print(random: RandomDraws): Change {
  const [x0, y0] = [13.5 + random.normal(2), random.uniform(7, 19)];
  const [rx, ry] = [random.uniform(2, 7), random.uniform(1.5, 6)];
  const power = random.bernoulli(0.5) ? 2 : 8;
  const [ink, rough] = [random.uniform(0, 1), random.uniform(0, 0.3)];
  return (value, x, y) => {
    const distance = Math.abs((x - x0) / rx) ** power + Math.abs((y - y0) / ry) ** power;
    return distance > 1 ? value : ink + random.uniform(-rough, rough);
  };
}

/** Adds a fold: a short, soft line that is lighter or darker. */
function fold(random: RandomDraws): Change {
  const [x0, y0] = [random.uniform(3, 24), random.uniform(3, 24)];
  const angle = random.uniform(-Math.PI, Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const [wide, long] = [random.uniform(0.6, 2), random.uniform(3, 9)];
  const depth = random.uniform(0.03, 0.15) * random.sign();
  return (value, x, y) => {
    const along = (dx * (x - x0) + dy * (y - y0)) / long;
    const across = (dx * (y - y0) - dy * (x - x0)) / wide;
    return value + depth * Math.exp(-along * along - across * across);
  };
}

/** Makes the cloth brighter towards one side. */
function lighting(random: RandomDraws): Change {
  const [dx, dy] = [random.normal(0.007), random.normal(0.007)];
  return (value, x, y) => value + dx * (x - 13.5) + dy * (y - 13.5);
}
