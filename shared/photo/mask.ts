/** @file Where the object is: a mask of 0 and 1, one byte a pixel, row by row. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

const BINS = 256;

/**
 * The value that splits `values` into two classes of the largest variance between them (Otsu 1979); the middle one where
 * many do. 0 when all values are 0.
 */
export function otsuThreshold(values: Float32Array): number {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return 0;
  const histogram = new Float64Array(BINS);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor((value / most) * BINS));
    histogram[bin] = (histogram[bin] as number) + 1;
  }
  const total = values.length;
  const sum = histogram.reduce((sum, count, bin) => sum + bin * count, 0);
  let [below, sumBelow, best, first, last] = [0, 0, -1, 0, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    below += histogram[bin] as number;
    sumBelow += bin * (histogram[bin] as number);
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2;
    if (between > best) [best, first] = [between, bin];
    if (between === best) last = bin;
  }
  return (((first + last) / 2 + 1) / BINS) * most;
}

/** The largest connected part (by edges) of the pixels whose value is `threshold` or more, and more than 0. */
export function largestComponent(values: Float32Array, size: Size, threshold: number): Uint8Array {
  const seen = Uint8Array.from(values, (value) => (value > 0 && value >= threshold ? 0 : 1));
  let largest: number[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start]) continue;
    const component = flood(seen, size, [start]);
    if (component.length > largest.length) largest = component;
  }
  const mask = new Uint8Array(values.length);
  for (const i of largest) mask[i] = 1;
  return mask;
}

/** Sets what the object encloses: pixels that are not reached from outside. */
export function fillHoles(mask: Uint8Array, size: Size): void {
  const seen = mask.slice();
  const border = [...seen.keys()].filter((i) => {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    return x === 0 || y === 0 || x === size.width - 1 || y === size.height - 1;
  });
  flood(
    seen,
    size,
    border.filter((i) => !seen[i]),
  );
  for (let i = 0; i < mask.length; i++) if (!seen[i]) mask[i] = 1;
}

/** Number of object pixels, and the smallest box around them. */
export function boundingBox(mask: Uint8Array, { width, height }: Size): { area: number; box: Box } {
  let [area, left, top, right, bottom] = [0, width, height, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (!mask[i]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    area += 1;
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return { area, box: { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) } };
}

/** Marks in `seen` all that is reached from `starts` over unmarked neighbours, and lists it. */
function flood(seen: Uint8Array, { width }: Size, starts: number[]): number[] {
  const reached = [...starts];
  for (const i of reached) seen[i] = 1;
  const visit = (i: number) => {
    if (seen[i] !== 0) return;
    seen[i] = 1;
    reached.push(i);
  };
  // `reached` grows while it is walked: it is the queue, too.
  for (let next = 0; next < reached.length; next++) {
    const i = reached[next] as number;
    if (i % width > 0) visit(i - 1);
    if (i % width < width - 1) visit(i + 1);
    visit(i - width);
    visit(i + width);
  }
  return reached;
}
