/** @file Cloth and light: how bright the garment is, what is printed or woven into it, how it is folded, where the light falls, and the pipeline's own tone. */

import { toneOf } from '#shared/input/garment/tone.ts';
import { IMAGE_PIXELS, IMAGE_SIZE, PIXEL_SCALE } from '#shared/labels.ts';
import type { Chance } from './chance.ts';
import type { Layers } from './layers.ts';

/** Brightness of the cloth at pixel (x, y) by what it was. */
type Change = (light: number, x: number, y: number) => number;

/** Less than this of a pixel tells nothing of its brightness. */
const LEAST_COVER = 0.02;

/** The pipeline's mask has no soft edges, those of a scene were drawn soft twice. */
const SHARPNESS = 2.5;

/** Changes the brightness of what is covered, and sharpens its edges. */
export function tone({ light, cover }: Layers, chance: Chance): void {
  const changes: Change[] = [];
  if (chance.whether(0.7)) changes.push(dye(meanOf(light, cover), chance));
  if (chance.whether(0.15)) changes.push(weave(chance));
  if (chance.whether(0.2)) changes.push(print(chance));
  for (let folds = chance.between(0, 6); folds > 1; folds--) changes.push(fold(chance));
  if (chance.whether(0.5)) changes.push(lighting(chance));
  const noise = chance.whether(0.5) ? chance.between(0, 0.04) : 0;
  if (noise > 0) changes.push((value) => value + chance.between(-noise, noise));
  const histogram = new Uint32Array(PIXEL_SCALE + 1);
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    if (cover[i] < LEAST_COVER) continue;
    const x = i % IMAGE_SIZE;
    const y = Math.floor(i / IMAGE_SIZE);
    let value = light[i] / cover[i];
    for (const change of changes) value = change(value, x, y);
    light[i] = PIXEL_SCALE * Math.min(1, Math.max(0, value));
    if (cover[i] >= 0.5) histogram[Math.round(light[i])]++;
  }
  const { contrast, brightness } = toneOf(histogram);
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    const toned = Math.min(PIXEL_SCALE, Math.max(1, contrast * light[i] + brightness)) / PIXEL_SCALE;
    cover[i] = cover[i] < LEAST_COVER ? 0 : Math.min(1, Math.max(0, SHARPNESS * (cover[i] - 0.5) + 0.5));
    light[i] = toned * cover[i];
  }
}

function meanOf(light: Float32Array, cover: Float32Array): number {
  let [sum, area] = [0, 1e-6];
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    sum += light[i];
    area += cover[i];
  }
  return sum / area;
}

/** Another colour: any mean brightness, less or more contrast, dark for light now and then. */
function dye(mean: number, chance: Chance): Change {
  const to = chance.between(0.1, 0.98);
  const contrast = chance.between(0.3, 1) * (chance.whether(0.1) ? -1 : 1);
  return (value) => to + contrast * (value - mean);
}

/** Stripes, checks, or a part of another colour. */
function weave(chance: Chance): Change {
  const kind = chance.between(0, 1);
  const depth = chance.between(0.1, 0.5) * chance.sign();
  if (kind < 0.3) {
    const [from, to] = [chance.between(-5, 25), chance.between(5, 33)];
    const across = chance.whether(0.3);
    return (value, x, y) => ((across ? x : y) > from && (across ? x : y) < to ? value + depth : value);
  }
  const angle = kind < 0.6 ? chance.around(5) : 90 + chance.around(5);
  const [dx, dy] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const wave = (2 * Math.PI) / chance.between(2.2, 9);
  const phase = chance.between(0, 2 * Math.PI);
  const checks = kind > 0.85;
  return (value, x, y) => {
    const stripe = Math.sin(wave * (dx * x + dy * y) + phase);
    return value + depth * 0.5 * (checks ? stripe * Math.sin(wave * (dy * x - dx * y) + phase) : stripe);
  };
}

/** A picture on the chest. */
function print(chance: Chance): Change {
  const [x0, y0] = [13.5 + chance.around(2), chance.between(7, 19)];
  const [rx, ry] = [chance.between(2, 7), chance.between(1.5, 6)];
  const power = chance.whether(0.5) ? 2 : 8;
  const [ink, rough] = [chance.between(0, 1), chance.between(0, 0.3)];
  return (value, x, y) => {
    const distance = Math.abs((x - x0) / rx) ** power + Math.abs((y - y0) / ry) ** power;
    return distance > 1 ? value : ink + chance.between(-rough, rough);
  };
}

/** A soft line, lighter or darker, that ends. */
function fold(chance: Chance): Change {
  const [x0, y0] = [chance.between(3, 24), chance.between(3, 24)];
  const angle = chance.between(-Math.PI, Math.PI);
  const [dx, dy] = [Math.cos(angle), Math.sin(angle)];
  const [wide, long] = [chance.between(0.6, 2), chance.between(3, 9)];
  const depth = chance.between(0.03, 0.15) * chance.sign();
  return (value, x, y) => {
    const along = (dx * (x - x0) + dy * (y - y0)) / long;
    const across = (dx * (y - y0) - dy * (x - x0)) / wide;
    return value + depth * Math.exp(-along * along - across * across);
  };
}

/** Brighter towards one side. */
function lighting(chance: Chance): Change {
  const [dx, dy] = [chance.around(0.007), chance.around(0.007)];
  return (value, x, y) => value + dx * (x - 13.5) + dy * (y - 13.5);
}
