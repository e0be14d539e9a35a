/** @file Aligns two grey images that may show the same picture, cropped or framed a little differently. */
import { FINE_EDGE } from './fingerprint.ts';

const EDGE = FINE_EDGE;

/** Scale about the centre, and shift in pixels, of one image over the other. */
interface Placement {
  scaleX: number;
  scaleY: number;
  x: number;
  y: number;
}

/** Step sizes of the search: of the scale, and of the shift in pixels. */
const STEPS = [
  { scale: 0.06, shift: 2 },
  { scale: 0.03, shift: 1 },
  { scale: 0.015, shift: 0.5 },
  { scale: 0.008, shift: 0.25 },
];
const MOVES_PER_STEP = 6;
/** Below this correlation after a step, the images are given up. */
const HOPELESS = 0.8;

/** A copy is cropped by less than this share, and by less than this number of pixels. */
const MOST_SCALE = 0.13;
const MOST_DISTORTION = 0.09;
const MOST_SHIFT = 3;

/** How well two images agree after their alignment, −1..1. */
export interface Agreement {
  /** Correlation of the grey levels. */
  levels: number;
  /** Correlation of what differs from the mean of the neighbours. Other pictures of the same kind agree less here. */
  details: number;
}

/** Finds the placement of `b` over `a` with the highest correlation, by steps in one or two of its numbers. */
export function align(a: Float32Array, b: Float32Array): Agreement {
  const placed = new Float32Array(EDGE * EDGE);
  const score = (placement: Placement) => {
    place(b, placement, placed);
    return correlate(a, placed);
  };
  let best: Placement = { scaleX: 1, scaleY: 1, x: 0, y: 0 };
  let levels = score(best);
  for (const step of STEPS) {
    for (let move = 0; move < MOVES_PER_STEP; move++) {
      const before = levels;
      for (const next of neighbours(best, step)) {
        if (!isSmall(next)) continue;
        const found = score(next);
        if (found > levels) [best, levels] = [next, found];
      }
      if (levels < before + 1e-4) break;
    }
    if (levels < HOPELESS) break;
  }
  place(b, best, placed);
  return { levels, details: correlate(detailsOf(a), detailsOf(placed)) };
}

function neighbours(from: Placement, { scale, shift }: { scale: number; shift: number }): Placement[] {
  return [-1, 1].flatMap((sign) => [
    { ...from, scaleX: from.scaleX + sign * scale, scaleY: from.scaleY + sign * scale },
    { ...from, scaleX: from.scaleX + sign * scale },
    { ...from, scaleY: from.scaleY + sign * scale },
    { ...from, x: from.x + sign * shift },
    { ...from, y: from.y + sign * shift },
  ]);
}

const isSmall = ({ scaleX, scaleY, x, y }: Placement): boolean =>
  Math.abs(scaleX - 1) <= MOST_SCALE &&
  Math.abs(scaleY - 1) <= MOST_SCALE &&
  Math.abs(scaleX - scaleY) <= MOST_DISTORTION &&
  Math.max(Math.abs(x), Math.abs(y)) <= MOST_SHIFT;

/** For each column of a result: the left of the two columns of the image between which it lies, and its distance from it. */
const lefts = new Int32Array(EDGE);
const distances = new Float64Array(EDGE);

/** Resamples an image. Pixels from outside it become NaN. */
function place(image: Float32Array, { scaleX, scaleY, x, y }: Placement, to: Float32Array): void {
  const centre = (EDGE - 1) / 2;
  to.fill(Number.NaN);
  // The same in every row.
  let [first, end] = [EDGE, 0];
  for (let column = 0; column < EDGE; column++) {
    const u = (column - centre) * scaleX + centre + x;
    if (u < 0 || u > EDGE - 1) continue;
    first = Math.min(first, column);
    end = column + 1;
    lefts[column] = Math.min(EDGE - 2, Math.floor(u));
    distances[column] = u - lefts[column];
  }
  for (let row = 0; row < EDGE; row++) {
    const v = (row - centre) * scaleY + centre + y;
    if (v < 0 || v > EDGE - 1) continue;
    const top = Math.min(EDGE - 2, Math.floor(v));
    const down = v - top;
    for (let column = first; column < end; column++) {
      const at = top * EDGE + lefts[column];
      const right = distances[column];
      const upper = image[at] + right * (image[at + 1] - image[at]);
      const lower = image[at + EDGE] + right * (image[at + EDGE + 1] - image[at + EDGE]);
      to[row * EDGE + column] = upper + down * (lower - upper);
    }
  }
}

/** Returns the correlation over the pixels where both are numbers; 0 for a flat image. The loop is the search's time. */
function correlate(a: Float32Array, b: Float32Array): number {
  let n = 0;
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    n++;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  const varianceA = squareA - (sumA * sumA) / n;
  const varianceB = squareB - (sumB * sumB) / n;
  // A hundredth of a grey level is rounding.
  if (!(varianceA > n * 1e-4 && varianceB > n * 1e-4)) return 0;
  return (product - (sumA * sumB) / n) / Math.sqrt(varianceA * varianceB);
}

/** Returns each pixel minus the mean of its 3 × 3 neighbourhood; NaN on the border. */
function detailsOf(image: Float32Array): Float32Array {
  return image.map((value, i) => {
    const [x, y] = [i % EDGE, Math.floor(i / EDGE)];
    if (x === 0 || y === 0 || x === EDGE - 1 || y === EDGE - 1) return Number.NaN;
    let sum = 0;
    for (const row of [-EDGE, 0, EDGE]) for (const column of [-1, 0, 1]) sum += image[i + row + column];
    return value - sum / 9;
  });
}
