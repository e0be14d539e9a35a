/**
 * @file Redraws a shoe as it is seen from above, which is how people photograph pairs; the data set shows shoes from the side. The
 * outline has the shape of a sole. The grey values come from the side view, as if the upper were a half cylinder along the foot.
 */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { RandomDraws } from '../../random-draws.ts';
import { boundsOf, type Cutout } from './cutout.ts';

const MIDDLE = (IMAGE_SIZE - 1) / 2;

/** Half the breadth of a sole as a share of its length: a foot's breadth is 0.38 of its length. */
const HALF_BREADTH = 0.19;

/** Share of the side view's height that is visible from above. */
const VISIBLE_HEIGHT = 0.6;

/** Redraws the shoe in place, its length along the rows. In the data set the toes point left. */
export function viewFromAbove(garment: Cutout, random: RandomDraws): void {
  const { grey, alpha } = garment;
  const side = { grey: grey.slice(), alpha: alpha.slice() };
  const { left, top, right, bottom } = boundsOf(garment);
  const length = right - left;
  const breadth = HALF_BREADTH * length * random.uniform(0.8, 1.25);
  const toe = random.uniform(0.5, 1.2);
  const waist = random.uniform(0, 0.2);
  const lining = random.uniform(0.05, 1);
  const opening = {
    from: random.uniform(0.4, 0.65),
    to: random.uniform(0.85, 0.95),
    breadth: random.uniform(0.4, 0.75),
  };
  grey.fill(0);
  alpha.fill(0);
  for (let x = left; x < right; x++) {
    const along = (x - left + 0.5) / length;
    const half = breadth * soleHalfBreadth(along, toe, waist);
    const [first, last] = coveredRows(side.alpha, x, top, bottom);
    for (let y = 0; y < IMAGE_SIZE; y++) {
      const across = Math.abs(y - MIDDLE) / half;
      if (across > 1) continue;
      const depth = VISIBLE_HEIGHT * (1 - Math.sqrt(1 - across * across));
      const at = Math.round(first + depth * (last - first)) * IMAGE_SIZE + x;
      const open = along > opening.from && along < opening.to && across < opening.breadth;
      grey[y * IMAGE_SIZE + x] = open || side.alpha[at] < 0.5 ? lining : side.grey[at];
      alpha[y * IMAGE_SIZE + x] = 1;
    }
  }
}

/**
 * Returns half the breadth of a sole, relative to the largest: round at both ends and narrower at the waist.
 * @param along position from the toe, 0, to the heel, 1
 */
function soleHalfBreadth(along: number, toe: number, waist: number): number {
  const round = Math.sin(Math.PI * along ** (toe * 0.8 + 0.2)) ** 0.5;
  return round * (1 - waist * Math.exp(-(((along - 0.62) / 0.15) ** 2)) - 0.15 * along);
}

/** Returns the first and the last covered row of column `x`. */
function coveredRows(alpha: Float32Array, x: number, top: number, bottom: number): [number, number] {
  let [first, last] = [top, bottom - 1];
  while (first < last && alpha[first * IMAGE_SIZE + x] < 0.5) first++;
  while (last > first && alpha[last * IMAGE_SIZE + x] < 0.5) last--;
  return [first, last];
}
