/** @file Renders the parts of a garment into a scene, as a hand-held camera sees them. */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { RandomDraws } from '../../random-draws.ts';
import type { Cutout } from './cutout.ts';
import type { Part } from './pose.ts';

/** The camera's view of the whole garment. */
export interface View {
  /** In degrees. */
  rotation: number;
  widthFactor: number;
  mirrored: boolean;
}

/** Cells along each edge of the grid of random offsets that bend the cloth. */
const BENDS = 5;
/** Standard deviation of an offset, in pixels. */
const BEND = 0.9;

/** Draws the parts into the scene. Where parts overlap, the one with the larger alpha is drawn. */
export function render(garment: Cutout, parts: Part[], view: View, scene: Cutout, random: RandomDraws): void {
  const { size, grey, alpha } = scene;
  const angle = (view.rotation * Math.PI) / 180;
  const across = (view.mirrored ? -1 : 1) / view.widthFactor;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const tilt = random.normal(0.006);
  const shear = random.normal(0.05);
  const bends = Float32Array.from({ length: 2 * (BENDS + 1) ** 2 }, () => random.normal(BEND));
  const middle = (size - 1) / 2;
  const table = Float64Array.from(parts.flatMap(numbersOf));
  for (let y = 0, i = 0; y < size; y++) {
    const gridY = (y * BENDS) / size;
    const row = Math.floor(gridY);
    for (let x = 0; x < size; x++, i++) {
      const gridX = (x * BENDS) / size;
      const column = Math.floor(gridX);
      const right = gridX - column;
      const below = gridY - row;
      const at = 2 * (row * (BENDS + 1) + column);
      const next = at + 2 * (BENDS + 1);
      const w11 = right * below;
      const w10 = below - w11;
      const w01 = right - w11;
      const w00 = 1 - right - w10;
      const dx =
        x - middle + w00 * bends[at] + w01 * bends[at + 2] + w10 * bends[next] + w11 * bends[next + 2];
      const dy =
        y -
        middle +
        w00 * bends[at + 1] +
        w01 * bends[at + 3] +
        w10 * bends[next + 1] +
        w11 * bends[next + 3];
      const far = 1 + tilt * dy;
      const px = dx * far;
      const v = -sin * px + cos * dy;
      const u = (cos * px + sin * dy + shear * v) * across;
      let most = 0;
      let seen = 0;
      for (let p = 0; p < table.length; p += NUMBERS) {
        const sx = table[p] * u + table[p + 1] * v + table[p + 2];
        if (!(sx > table[p + 6] && sx < table[p + 7])) continue;
        const sy = table[p + 3] * u + table[p + 4] * v + table[p + 5];
        if (!(sy > table[p + 8] && sy < table[p + 9])) continue;
        const covered = sample(garment.alpha, sx, sy);
        if (covered <= most) continue;
        most = covered;
        seen = sample(garment.grey, sx, sy);
      }
      alpha[i] = most;
      grey[i] = seen;
    }
  }
}

/** A part as numbers: its map, then its bounds at the borders of pixels. */
const NUMBERS = 10;
const numbersOf = ({ xx, xy, x0, yx, yy, y0, from: { left, right, top, bottom } }: Part): number[] => [
  ...[xx, xy, x0, yx, yy, y0],
  ...[left, right, top, bottom].map((edge) => edge - 0.5),
];

/** Interpolates bilinearly between four pixels. Pixels outside the image are 0. */
function sample(plane: Float32Array, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const below = y - top;
  const at = top * IMAGE_SIZE + left;
  const first = left >= 0;
  const last = left < IMAGE_SIZE - 1;
  let sum = 0;
  if (top >= 0) {
    if (first) sum += (1 - below) * (1 - right) * plane[at];
    if (last) sum += (1 - below) * right * plane[at + 1];
  }
  if (top < IMAGE_SIZE - 1) {
    if (first) sum += below * (1 - right) * plane[at + IMAGE_SIZE];
    if (last) sum += below * right * plane[at + IMAGE_SIZE + 1];
  }
  return sum;
}
