/** @file Adds the errors of a segmentation mask: missing parts of the garment, and parts of the background taken for garment. */

import type { RandomDraws } from '../../random-draws.ts';
import { type Bounds, boundsOf, type Cutout } from './cutout.ts';

/** Adds errors in one to three places of the scene. */
export function addMaskErrors(scene: Cutout, random: RandomDraws): void {
  const count = 1 + Math.floor(random.uniform(0, 2.5));
  for (let i = 0; i < count; i++) {
    const bounds = boundsOf(scene);
    if (bounds.right <= bounds.left) return;
    const kind = random.uniform(0, 1);
    if (kind < 0.2) cut(scene, bounds, random);
    else if (kind < 0.4) patch(scene, bounds, random, undefined);
    else if (kind < 0.6) patch(scene, bounds, random, random.uniform(0, 1));
    else if (kind < 0.75) strip(scene, bounds, random);
    else fill(scene, bounds, random);
  }
}

/** Removes everything beyond a ragged line. */
function cut(scene: Cutout, { left, top, right, bottom }: Bounds, random: RandomDraws): void {
  const angle = random.uniform(-Math.PI, Math.PI);
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const reach = (Math.abs(nx) * (right - left) + Math.abs(ny) * (bottom - top)) / 2;
  const distance = reach * (1 - 2 * random.uniform(0.03, 0.25));
  const rough = ragged(random);
  const [x0, y0] = [(left + right) / 2, (top + bottom) / 2];
  forEachPixel(scene, { left, top, right, bottom }, (i, x, y) => {
    const along = -ny * (x - x0) + nx * (y - y0);
    if (nx * (x - x0) + ny * (y - y0) > distance + rough(along)) clear(scene, i);
  });
}

/**
 * Removes or adds an ellipse on the edge of the garment.
 * @param grey brightness of the added ellipse; undefined removes it
 */
function patch(
  scene: Cutout,
  { left, top, right, bottom }: Bounds,
  random: RandomDraws,
  grey: number | undefined,
): void {
  const [width, height] = [right - left, bottom - top];
  const angle = random.uniform(-Math.PI, Math.PI);
  const x0 = (left + right) / 2 + (width / 2) * Math.cos(angle) * random.uniform(0.7, 1.05);
  const y0 = (top + bottom) / 2 + (height / 2) * Math.sin(angle) * random.uniform(0.7, 1.05);
  const rx = width * random.uniform(0.06, 0.25);
  const ry = height * random.uniform(0.06, 0.25);
  const rough = ragged(random);
  const around = { left: x0 - 1.5 * rx, top: y0 - 1.5 * ry, right: x0 + 1.5 * rx, bottom: y0 + 1.5 * ry };
  forEachPixel(scene, around, (i, x, y) => {
    const dx = (x - x0) / rx;
    const dy = (y - y0) / ry;
    if (dx * dx + dy * dy > 1 + 0.15 * rough(6 * (dx + dy))) return;
    if (grey === undefined) clear(scene, i);
    else fillBehind(scene, i, grey);
  });
}

/** Adds a strip of the background along an edge of the garment, such as a shadow, a seam between tiles, or the floor. */
function strip(scene: Cutout, { left, top, right, bottom }: Bounds, random: RandomDraws): void {
  const [width, height] = [right - left, bottom - top];
  const grey = random.uniform(0, 1);
  const share = random.uniform(0.02, 0.14);
  const begin = random.uniform(0, 0.6);
  const end = random.uniform(begin + 0.2, 1);
  const upright = random.bernoulli(0.5);
  const before = random.bernoulli(0.5);
  const [x0, x1] = [left + begin * width, left + end * width];
  const [y0, y1] = [top + begin * height, top + end * height];
  const box = upright
    ? before
      ? { left: left - share * width, right: left + 0.1 * width, top: y0, bottom: y1 }
      : { left: right - 0.1 * width, right: right + share * width, top: y0, bottom: y1 }
    : before
      ? { left: x0, right: x1, top: top - share * height, bottom: top + 0.1 * height }
      : { left: x0, right: x1, top: bottom - 0.1 * height, bottom: bottom + share * height };
  forEachPixel(scene, box, (i) => fillBehind(scene, i, grey));
}

/** Fills the background between legs, or between a sleeve and the torso, with the brightness of a lit floor or a shadow. */
function fill(scene: Cutout, { left, top, right, bottom }: Bounds, random: RandomDraws): void {
  const grey = random.uniform(0, 1);
  const height = bottom - top;
  const begin = Math.floor(top + height * random.uniform(0, 0.6));
  const end = Math.ceil(top + height * random.uniform(0.6, 1));
  for (let y = begin; y < end; y++) {
    const row = y * scene.size;
    let [first, last] = [left, right - 1];
    while (first < last && scene.alpha[row + first] < 0.5) first++;
    while (last > first && scene.alpha[row + last] < 0.5) last--;
    for (let x = first; x < last; x++) fillBehind(scene, row + x, grey);
  }
}

/** Returns a random wave with an amplitude of about a pixel, for a ragged edge. */
function ragged(random: RandomDraws): (at: number) => number {
  const [a, b] = [random.uniform(0, 1.2), random.uniform(0, 1.2)];
  const [p, q] = [random.uniform(0, 6), random.uniform(0, 6)];
  return (at) => a * Math.sin(0.5 * at + p) + b * Math.sin(1.3 * at + q);
}

function clear({ grey, alpha }: Cutout, i: number): void {
  grey[i] = 0;
  alpha[i] = 0;
}

/** Fills the part of a pixel that the garment does not cover. */
function fillBehind({ grey, alpha }: Cutout, i: number, background: number): void {
  grey[i] += (1 - alpha[i]) * background;
  alpha[i] = 1;
}

/** Calls `change` for every pixel of the scene in a box. */
function forEachPixel(
  { size }: Cutout,
  { left, top, right, bottom }: Bounds,
  change: (i: number, x: number, y: number) => void,
): void {
  const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(size, Math.ceil(right))];
  const y1 = Math.min(size, Math.ceil(bottom));
  for (let y = Math.max(0, Math.floor(top)); y < y1; y++) {
    for (let x = x0; x < x1; x++) change(y * size + x, x, y);
  }
}
