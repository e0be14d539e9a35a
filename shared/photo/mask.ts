/** @file Where the object is: a mask of 0 and 1, one byte a pixel, row by row. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Indices of the pixels along the border, in the order of rows. */
export function borderPixels({ width, height }: Size): number[] {
  const border: number[] = [];
  for (let y = 0; y < height; y++) {
    // Of the rows between the first and the last, only the ends.
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += step) border.push(y * width + x);
  }
  return border;
}

const BINS = 256;

/**
 * The value that splits `values` into two classes of the largest variance between them (Otsu 1979); the middle one where
 * many do. 0 when all values are 0.
 */
export function otsuThreshold(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
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
  const seen = new Uint8Array(values.length);
  for (let i = 0; i < seen.length; i++) {
    const value = values[i] as number;
    seen[i] = value > 0 && value >= threshold ? 0 : 1;
  }
  // All components one after the other.
  const reached = new Int32Array(values.length);
  let largest = reached.subarray(0, 0);
  let end = 0;
  for (let start = 0; start < seen.length; start++) {
    if (seen[start]) continue;
    const begin = end;
    reached[end++] = start;
    end = flood(seen, size, reached, begin, end);
    if (end - begin > largest.length) largest = reached.subarray(begin, end);
  }
  const mask = new Uint8Array(values.length);
  for (const i of largest) mask[i] = 1;
  return mask;
}

/** Sets what the object encloses: pixels that are not reached from outside. */
export function fillHoles(mask: Uint8Array, size: Size): void {
  const seen = mask.slice();
  const outside = borderPixels(size).filter((i) => !seen[i]);
  const reached = new Int32Array(mask.length);
  reached.set(outside);
  flood(seen, size, reached, 0, outside.length);
  for (let i = 0; i < mask.length; i++) if (!seen[i]) mask[i] = 1;
}

/** Number of object pixels, and the smallest box around them. */
export function boundingBox(mask: Uint8Array, { width, height }: Size): { area: number; box: Box } {
  let [area, left, top, right, bottom] = [0, width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue;
      area += 1;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return { area, box: { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) } };
}

/**
 * Marks in `seen` all that is reached from the pixels in `reached`, from `begin` to `end`, over unmarked neighbours, and appends it.
 * @returns the new end
 */
function flood(seen: Uint8Array, { width }: Size, reached: Int32Array, begin: number, end: number): number {
  for (let next = begin; next < end; next++) seen[reached[next] as number] = 1;
  for (let next = begin; next < end; next++) {
    const i = reached[next] as number;
    const x = i % width;
    if (x > 0 && seen[i - 1] === 0) {
      seen[i - 1] = 1;
      reached[end++] = i - 1;
    }
    if (x < width - 1 && seen[i + 1] === 0) {
      seen[i + 1] = 1;
      reached[end++] = i + 1;
    }
    // Beyond the first and the last row there is nothing to be seen.
    if (seen[i - width] === 0) {
      seen[i - width] = 1;
      reached[end++] = i - width;
    }
    if (seen[i + width] === 0) {
      seen[i + width] = 1;
      reached[end++] = i + width;
    }
  }
  return end;
}
