/** @file Poses of a garment by its label: rigid parts such as sleeves, legs, or the shoes of a pair. */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { Affine } from '../../affine.ts';
import type { RandomDraws } from '../../random-draws.ts';
import { LABELS } from '../labels.ts';
import { type Bounds, boundsOf, type Cutout } from './cutout.ts';

/** A rigid part of the garment, as the map from the scene, relative to its middle, to the image. */
export interface Part extends Affine {
  /** Pixels of the image that belong to the part. */
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

/** The part of the garment in `from` as the data set shows it. */
const whole = (from: Bounds = EVERYWHERE): Part => ({
  ...{ xx: 1, xy: 0, x0: MIDDLE, yx: 0, yy: 1, y0: MIDDLE },
  from,
});

/** Returns the parts of a garment as it lies on a bed or a floor. A shoe may be seen from above. */
export function partsOf(label: number, garment: Cutout, fromAbove: boolean, random: RandomDraws): Part[] {
  if (isShoe(label)) return shoes(fromAbove, random);
  if (TOPS.includes(label)) return top(label, garment, random);
  return label === TROUSER ? trousers(garment, random) : [whole()];
}

/** Returns one shoe or a pair. */
function shoes(fromAbove: boolean, random: RandomDraws): Part[] {
  if (random.bernoulli(fromAbove ? 0.15 : 0.4)) return [whole()];
  const apart = fromAbove ? random.uniform(4.5, 7) : random.uniform(3, 10);
  const along = random.normal(fromAbove ? 1 : 2.5);
  const mirrored = fromAbove || random.bernoulli(0.5) ? -1 : 1;
  const turn = random.normal(8) * DEGREE;
  return [shoe(-turn, 1, -along, -apart), shoe(turn, mirrored, along, apart)];
}

/**
 * Returns a shoe that is rotated and moved.
 * @param mirrored −1 for upside down, else 1
 */
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

/** Returns a torso and two sleeves that are rotated about the shoulders. */
function top(label: number, garment: Cutout, random: RandomDraws): Part[] {
  const { top, bottom } = boundsOf(garment);
  const row = (share: number) => Math.round(top + share * (bottom - top));
  const arms = halfWidth(garment, row(0.12), row(0.4));
  const body = halfWidth(garment, row(label === DRESS ? 0.4 : 0.6), row(label === DRESS ? 0.55 : 0.85));
  // Short sleeves end above the hem, so the garment is narrower below them. Long sleeves reach the hem, so only the label distinguishes
  // them from no sleeves.
  const short = body < 0.87 * arms;
  const long = !short && label !== TSHIRT && label !== DRESS;
  if (!(short || long) || random.bernoulli(0.3)) return [whole()];
  const edge = short ? body * random.uniform(0.85, 1) : arms * random.uniform(0.58, 0.8);
  const end = short ? row(label === DRESS ? 0.45 : 0.6) : IMAGE_SIZE;
  const shoulder = top + random.uniform(1, 4);
  const broader = random.uniform(1, 1.35);
  const lift = 50 * random.uniform(0, 1) ** 2;
  const sleeve = (side: 1 | -1): Part => {
    const angle = side * (lift + random.normal(8)) * DEGREE;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    // The shoulder: x in the image, (u, v) in the scene.
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

/** Returns two spread legs. */
function trousers(garment: Cutout, random: RandomDraws): Part[] {
  const { top } = boundsOf(garment);
  const spread = random.uniform(-0.02, 0.13);
  const leg = (side: 1 | -1): Part => {
    const slope = side * (spread + random.normal(0.02));
    return {
      ...{ xx: 1, xy: -slope, x0: MIDDLE - slope * (MIDDLE - top), yx: 0, yy: 1, y0: MIDDLE },
      from: side > 0 ? { ...EVERYWHERE, left: MIDDLE } : { ...EVERYWHERE, right: MIDDLE },
    };
  };
  return [leg(1), leg(-1)];
}

/** Returns half the mean width of the garment from row `from` to before row `to`. */
function halfWidth({ alpha, size }: Cutout, from: number, to: number): number {
  let sum = 0;
  for (let i = from * size; i < to * size; i++) sum += alpha[i];
  return sum / Math.max(1, to - from) / 2;
}

/** Draws the rotation of the whole garment, in degrees. */
export function rotationOf(label: number, fromAbove: boolean, random: RandomDraws): number {
  if (!isShoe(label)) return random.normal(random.bernoulli(0.15) ? 20 : 6);
  // Seen from above, the toes mostly point away from the photographer or towards them.
  if (random.bernoulli(0.2)) return random.uniform(-180, 180);
  return fromAbove ? 90 * random.sign() + random.normal(12) : random.normal(12);
}

/**
 * Draws a factor for the garment's width. The garments of the data set are filled as if worn; in photos they lie flat and are wider.
 * Half the perimeter of an ellipse is 1.2 times its breadth if its depth is half its breadth; for a circle it is 1.57 times.
 */
export function widthFactorOf(label: number, random: RandomDraws): number {
  const flat = TOPS.includes(label) || label === TROUSER;
  return Math.exp((flat ? 0.2 : 0) + random.normal(0.13));
}
