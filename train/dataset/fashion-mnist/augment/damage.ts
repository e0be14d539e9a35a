/** @file What a mask gets wrong: parts of the garment that are missing, parts of the background that are not. */
import type { Chance } from './chance.ts';
import { type Bounds, boundsOf, type Layers } from './layers.ts';

/** Changes the scene in one to three places. */
export function damage(scene: Layers, chance: Chance): void {
  const count = 1 + Math.floor(chance.between(0, 2.5));
  for (let i = 0; i < count; i++) {
    const bounds = boundsOf(scene);
    if (bounds.right <= bounds.left) return;
    const kind = chance.between(0, 1);
    if (kind < 0.2) cut(scene, bounds, chance);
    else if (kind < 0.4) patch(scene, bounds, chance, undefined);
    else if (kind < 0.6) patch(scene, bounds, chance, chance.between(0, 1));
    else if (kind < 0.75) strip(scene, bounds, chance);
    else fill(scene, bounds, chance);
  }
}

/** Takes away what lies beyond a ragged line. */
function cut(scene: Layers, { left, top, right, bottom }: Bounds, chance: Chance): void {
  const angle = chance.between(-Math.PI, Math.PI);
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const reach = (Math.abs(nx) * (right - left) + Math.abs(ny) * (bottom - top)) / 2;
  const distance = reach * (1 - 2 * chance.between(0.03, 0.25));
  const rough = ragged(chance);
  const [x0, y0] = [(left + right) / 2, (top + bottom) / 2];
  each(scene, { left, top, right, bottom }, (i, x, y) => {
    const along = -ny * (x - x0) + nx * (y - y0);
    if (nx * (x - x0) + ny * (y - y0) > distance + rough(along)) clear(scene, i);
  });
}

/** An ellipse on the edge of the garment that is taken away, or added with some brightness. */
function patch(
  scene: Layers,
  { left, top, right, bottom }: Bounds,
  chance: Chance,
  light: number | undefined,
): void {
  const [width, height] = [right - left, bottom - top];
  const angle = chance.between(-Math.PI, Math.PI);
  const x0 = (left + right) / 2 + (width / 2) * Math.cos(angle) * chance.between(0.7, 1.05);
  const y0 = (top + bottom) / 2 + (height / 2) * Math.sin(angle) * chance.between(0.7, 1.05);
  const rx = width * chance.between(0.06, 0.25);
  const ry = height * chance.between(0.06, 0.25);
  const rough = ragged(chance);
  const around = { left: x0 - 1.5 * rx, top: y0 - 1.5 * ry, right: x0 + 1.5 * rx, bottom: y0 + 1.5 * ry };
  each(scene, around, (i, x, y) => {
    const dx = (x - x0) / rx;
    const dy = (y - y0) / ry;
    if (dx * dx + dy * dy > 1 + 0.15 * rough(6 * (dx + dy))) return;
    if (light === undefined) clear(scene, i);
    else lay(scene, i, light);
  });
}

/** A strip of the background along an edge: a shadow, a seam between tiles, the floor. */
function strip(scene: Layers, { left, top, right, bottom }: Bounds, chance: Chance): void {
  const [width, height] = [right - left, bottom - top];
  const light = chance.between(0, 1);
  const share = chance.between(0.02, 0.14);
  const begin = chance.between(0, 0.6);
  const end = chance.between(begin + 0.2, 1);
  const upright = chance.whether(0.5);
  const before = chance.whether(0.5);
  const [x0, x1] = [left + begin * width, left + end * width];
  const [y0, y1] = [top + begin * height, top + end * height];
  const box = upright
    ? before
      ? { left: left - share * width, right: left + 0.1 * width, top: y0, bottom: y1 }
      : { left: right - 0.1 * width, right: right + share * width, top: y0, bottom: y1 }
    : before
      ? { left: x0, right: x1, top: top - share * height, bottom: top + 0.1 * height }
      : { left: x0, right: x1, top: bottom - 0.1 * height, bottom: bottom + share * height };
  each(scene, box, (i) => lay(scene, i, light));
}

/** The background between legs, or between a sleeve and the trunk: light that the floor reflects, or a shadow. */
function fill(scene: Layers, { left, top, right, bottom }: Bounds, chance: Chance): void {
  const light = chance.between(0, 1);
  const height = bottom - top;
  const begin = Math.floor(top + height * chance.between(0, 0.6));
  const end = Math.ceil(top + height * chance.between(0.6, 1));
  for (let y = begin; y < end; y++) {
    const row = y * scene.size;
    let [first, last] = [left, right - 1];
    while (first < last && scene.cover[row + first] < 0.5) first++;
    while (last > first && scene.cover[row + last] < 0.5) last--;
    for (let x = first; x < last; x++) lay(scene, row + x, light);
  }
}

/** A line that leaves 0 by about a pixel. */
function ragged(chance: Chance): (at: number) => number {
  const [a, b] = [chance.between(0, 1.2), chance.between(0, 1.2)];
  const [p, q] = [chance.between(0, 6), chance.between(0, 6)];
  return (at) => a * Math.sin(0.5 * at + p) + b * Math.sin(1.3 * at + q);
}

function clear({ light, cover }: Layers, i: number): void {
  light[i] = 0;
  cover[i] = 0;
}

/** Behind the garment. */
function lay({ light, cover }: Layers, i: number, behind: number): void {
  light[i] += (1 - cover[i]) * behind;
  cover[i] = 1;
}

/** Every pixel of a box that lies in the scene. */
function each(
  { size }: Layers,
  { left, top, right, bottom }: Bounds,
  change: (i: number, x: number, y: number) => void,
): void {
  const [x0, x1] = [Math.max(0, Math.floor(left)), Math.min(size, Math.ceil(right))];
  const y1 = Math.min(size, Math.ceil(bottom));
  for (let y = Math.max(0, Math.floor(top)); y < y1; y++) {
    for (let x = x0; x < x1; x++) change(y * size + x, x, y);
  }
}
