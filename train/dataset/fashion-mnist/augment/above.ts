/**
 * @file A shoe of the data set, which shows it from the side, as it is seen from above: how people photograph pairs. The outline is a
 * sole's; what is on it is read from the side view, as if the upper were a half cylinder along the foot.
 */
import { IMAGE_SIZE } from '#shared/labels.ts';
import type { Chance } from './chance.ts';
import { boundsOf, type Layers } from './layers.ts';

const MIDDLE = (IMAGE_SIZE - 1) / 2;

/** Half the breadth of a sole, by its length: a foot's breadth is 0.38 of its length. */
const BREADTH = 0.19;

/** The side view's height that can be seen from above. */
const UPPER = 0.6;

/** Draws the shoe anew, its length along the rows. Toes are on the left in the data set. */
export function seenFromAbove(garment: Layers, chance: Chance): void {
  const { light, cover } = garment;
  const side = { light: light.slice(), cover: cover.slice() };
  const { left, top, right, bottom } = boundsOf(garment);
  const length = right - left;
  const breadth = BREADTH * length * chance.between(0.8, 1.25);
  const toe = chance.between(0.5, 1.2);
  const waist = chance.between(0, 0.2);
  const lining = chance.between(0.05, 1);
  const opening = {
    from: chance.between(0.4, 0.65),
    to: chance.between(0.85, 0.95),
    breadth: chance.between(0.4, 0.75),
  };
  light.fill(0);
  cover.fill(0);
  for (let x = left; x < right; x++) {
    const along = (x - left + 0.5) / length;
    const half = breadth * soleAt(along, toe, waist);
    const [first, last] = columnOf(side.cover, x, top, bottom);
    for (let y = 0; y < IMAGE_SIZE; y++) {
      const across = Math.abs(y - MIDDLE) / half;
      if (across > 1) continue;
      const depth = UPPER * (1 - Math.sqrt(1 - across * across));
      const at = Math.round(first + depth * (last - first)) * IMAGE_SIZE + x;
      const open = along > opening.from && along < opening.to && across < opening.breadth;
      light[y * IMAGE_SIZE + x] = open || side.cover[at] < 0.5 ? lining : side.light[at];
      cover[y * IMAGE_SIZE + x] = 1;
    }
  }
}

/** Half the breadth of a sole at a place from the toe, 0, to the heel, 1: round at both, narrower at the waist. */
function soleAt(along: number, toe: number, waist: number): number {
  const round = Math.sin(Math.PI * along ** (toe * 0.8 + 0.2)) ** 0.5;
  return round * (1 - waist * Math.exp(-(((along - 0.62) / 0.15) ** 2)) - 0.15 * along);
}

/** The first and the last covered row of a column. */
function columnOf(cover: Float32Array, x: number, top: number, bottom: number): [number, number] {
  let [first, last] = [top, bottom - 1];
  while (first < last && cover[first * IMAGE_SIZE + x] < 0.5) first++;
  while (last > first && cover[last * IMAGE_SIZE + x] < 0.5) last--;
  return [first, last];
}
