/** @file How a garment lies: the parts that it bends into, by its label. */
import { IMAGE_SIZE, LABELS } from '#shared/labels.ts';
import type { Chance } from './chance.ts';
import { type Bounds, boundsOf, type Layers } from './layers.ts';

/** A part of the garment that moves as a whole: from a point around the middle of the scene to the pixel of the image that is seen there. */
export interface Part {
  /** x = xx · u + xy · v + x0, y = yx · u + yy · v + y0. */
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
  /** Pixels of the image that belong to it. */
  from: Bounds;
}

const MIDDLE = (IMAGE_SIZE - 1) / 2;
const EVERYWHERE: Bounds = { left: 0, top: 0, right: IMAGE_SIZE, bottom: IMAGE_SIZE };

const DEGREE = Math.PI / 180;

/** Indices of the labels. */
const [TSHIRT, TROUSER, PULLOVER, DRESS, COAT, SANDAL, SHIRT, SNEAKER, , BOOT] = LABELS.keys();
const SHOES = [SANDAL, SNEAKER, BOOT];
export const isShoe = (label: number): boolean => SHOES.includes(label);
const TOPS = [TSHIRT, PULLOVER, DRESS, COAT, SHIRT];

/** The garment as it hangs in the data set. */
const whole = (from: Bounds = EVERYWHERE): Part => ({
  ...{ xx: 1, xy: 0, x0: MIDDLE, yx: 0, yy: 1, y0: MIDDLE },
  from,
});

/** The parts of a garment lying on a bed or a floor; a shoe may be seen from above. */
export function poseOf(label: number, garment: Layers, above: boolean, chance: Chance): Part[] {
  if (isShoe(label)) return shoes(above, chance);
  if (TOPS.includes(label)) return top(label, garment, chance);
  return label === TROUSER ? trousers(garment, chance) : [whole()];
}

/** One shoe, or a pair of them beside each other. */
function shoes(above: boolean, chance: Chance): Part[] {
  if (chance.whether(above ? 0.15 : 0.4)) return [whole()];
  const apart = above ? chance.between(4.5, 7) : chance.between(3, 10);
  const along = chance.around(above ? 1 : 2.5);
  const mirrored = above || chance.whether(0.5) ? -1 : 1;
  const turn = chance.around(8) * DEGREE;
  return [shoe(-turn, 1, -along, -apart), shoe(turn, mirrored, along, apart)];
}

/** A shoe that is turned, upside down where `mirrored` is −1, and moved. */
function shoe(turn: number, mirrored: number, x: number, y: number): Part {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return {
    xx: cos,
    xy: sin,
    x0: MIDDLE - cos * x - sin * y,
    yx: -sin * mirrored,
    yy: cos * mirrored,
    y0: MIDDLE + (sin * x - cos * y) * mirrored,
    from: EVERYWHERE,
  };
}

/** A torso and two sleeves that turn about their shoulders. */
function top(label: number, garment: Layers, chance: Chance): Part[] {
  const { top, bottom } = boundsOf(garment);
  const row = (share: number) => Math.round(top + share * (bottom - top));
  const arms = halfWidth(garment, row(0.12), row(0.4));
  const body = halfWidth(garment, row(label === DRESS ? 0.4 : 0.6), row(label === DRESS ? 0.55 : 0.85));
  // Short sleeves end where the torso goes on; long ones hang down to its hem, and nothing but the label tells them from none.
  const short = body < 0.87 * arms;
  const long = !short && label !== TSHIRT && label !== DRESS;
  if (!(short || long) || chance.whether(0.3)) return [whole()];
  const edge = short ? body * chance.between(0.85, 1) : arms * chance.between(0.58, 0.8);
  const end = short ? row(label === DRESS ? 0.45 : 0.6) : IMAGE_SIZE;
  const shoulder = top + chance.between(1, 4);
  const broader = chance.between(1, 1.35);
  const lift = 50 * chance.between(0, 1) ** 2;
  const sleeve = (side: 1 | -1): Part => {
    const angle = side * (lift + chance.around(8)) * DEGREE;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // About the shoulder, in the image and in the scene.
    const [x, u, v] = [side * edge, side * edge * broader, shoulder - MIDDLE];
    return {
      ...{ xx: cos, xy: -sin, x0: MIDDLE + x - cos * u + sin * v },
      ...{ yx: sin, yy: cos, y0: MIDDLE + v - sin * u - cos * v },
      from: {
        left: side > 0 ? MIDDLE + edge : 0,
        right: side > 0 ? IMAGE_SIZE : MIDDLE - edge,
        top: 0,
        bottom: end,
      },
    };
  };
  const trunk = (from: Bounds): Part => ({ ...whole(from), xx: 1 / broader });
  const torso = trunk({ ...EVERYWHERE, left: MIDDLE - edge, right: MIDDLE + edge });
  const skirt = trunk({ ...EVERYWHERE, top: end });
  return [torso, sleeve(1), sleeve(-1), ...(end < IMAGE_SIZE ? [skirt] : [])];
}

/** Two legs that are spread. */
function trousers(garment: Layers, chance: Chance): Part[] {
  const { top } = boundsOf(garment);
  const spread = chance.between(-0.02, 0.13);
  const leg = (side: 1 | -1): Part => {
    const slope = side * (spread + chance.around(0.02));
    return {
      ...{ xx: 1, xy: -slope, x0: MIDDLE - slope * (MIDDLE - top), yx: 0, yy: 1, y0: MIDDLE },
      from: side > 0 ? { ...EVERYWHERE, left: MIDDLE } : { ...EVERYWHERE, right: MIDDLE },
    };
  };
  return [leg(1), leg(-1)];
}

/** Half the mean width of the garment in some rows. */
function halfWidth({ cover, size }: Layers, from: number, to: number): number {
  let sum = 0;
  for (let i = from * size; i < to * size; i++) sum += cover[i];
  return sum / Math.max(1, to - from) / 2;
}

/** Degrees by which a whole garment is turned. */
export function turnOf(label: number, above: boolean, chance: Chance): number {
  if (!isShoe(label)) return chance.around(chance.whether(0.15) ? 20 : 6);
  // From above the toes point away from or towards whoever took the photo, mostly.
  if (chance.whether(0.2)) return chance.between(-180, 180);
  return above ? 90 * chance.sign() + chance.around(12) : chance.around(12);
}

/**
 * Factor of the width. The data set's garments are filled as if worn, and lie flat in photos: half the perimeter of an ellipse with
 * half its breadth for depth is 1.2 times its breadth, that of a circle 1.57 times.
 */
export function widthOf(label: number, chance: Chance): number {
  const flat = TOPS.includes(label) || label === TROUSER;
  return Math.exp((flat ? 0.2 : 0) + chance.around(0.13));
}
