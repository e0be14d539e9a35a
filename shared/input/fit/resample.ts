/**
 * @file Scales rows and columns of bytes with a triangle filter, in the integers of Pillow's `Image.resize` (src/libImaging/Resample.c):
 * the columns first, with a result that is rounded to bytes, then the rows.
 */

/** Fraction bits of a weight. A sum of 255 · 2^22 fits a 32-bit integer. */
const FRACTION_BITS = 22;
const HALF = 1 << (FRACTION_BITS - 1);

/** Weights of the original pixels, for each pixel of a part of the scaled edge. */
export interface Filter {
  /** First original pixel of each scaled one. */
  first: Int32Array;
  /** Number of original pixels of each scaled one. */
  taps: Int32Array;
  /** [scaled pixels, stride]. The weights of a scaled pixel add up to about 2^FRACTION_BITS. */
  weights: Int32Array;
  stride: number;
}

/**
 * Computes a filter. Where the edge shrinks, the triangles grow with the reduction, so that every original pixel counts.
 * @param from length of the original edge
 * @param to length of the whole scaled edge
 * @param start first scaled pixel of the part
 * @param count scaled pixels of the part
 */
export function triangleFilter(from: number, to: number, start: number, count: number): Filter {
  const scale = from / to;
  const support = Math.max(scale, 1);
  const stride = 2 * Math.ceil(support) + 1;
  const filter = {
    first: new Int32Array(count),
    taps: new Int32Array(count),
    weights: new Int32Array(count * stride),
    stride,
  };
  for (let i = 0; i < count; i++) {
    const centre = (start + i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const size = Math.min(from, Math.trunc(centre + support + 0.5)) - low;
    const shares = Array.from({ length: size }, (_, t) =>
      Math.max(0, 1 - Math.abs((low + t - centre + 0.5) * (1 / support))),
    );
    const sum = shares.reduce((a, b) => a + b, 0);
    filter.first[i] = low;
    filter.taps[i] = size;
    filter.weights.set(
      shares.map((share) => Math.floor((share / sum) * 2 ** FRACTION_BITS + 0.5)),
      i * stride,
    );
  }
  return filter;
}

/**
 * Scales a row of grey or RGB pixels to the bytes of `to` that begin at `at`.
 * @param channels 1 or 3. The bytes of a pixel lie together, so that one weight is read for three of them.
 */
export function scaleColumns(
  { first, taps, weights, stride }: Filter,
  row: Uint8Array,
  channels: number,
  to: Uint8Array,
  at: number,
): void {
  for (let x = 0; x < first.length; x++) {
    let from = channels * (first[x] as number);
    let weight = x * stride;
    const end = weight + (taps[x] as number);
    if (channels === 1) {
      let sum = HALF;
      for (; weight < end; weight++) sum += Math.imul(row[from++] as number, weights[weight] as number);
      to[at++] = sum >> FRACTION_BITS;
      continue;
    }
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (; weight < end; weight++, from += 3) {
      const factor = weights[weight] as number;
      red += Math.imul(row[from] as number, factor);
      green += Math.imul(row[from + 1] as number, factor);
      blue += Math.imul(row[from + 2] as number, factor);
    }
    to[at++] = red >> FRACTION_BITS;
    to[at++] = green >> FRACTION_BITS;
    to[at++] = blue >> FRACTION_BITS;
  }
}

/**
 * Scales rows of `width` bytes to the rows of `to`.
 * @param skipped number of original rows before those in `rows`
 */
export function scaleRows(
  { first, taps, weights, stride }: Filter,
  rows: Uint8Array,
  skipped: number,
  width: number,
  to: Uint8Array,
): void {
  const sums = new Int32Array(width);
  for (let y = 0; y < first.length; y++) {
    sums.fill(HALF);
    for (let t = 0; t < (taps[y] as number); t++) {
      const from = ((first[y] as number) + t - skipped) * width;
      const weight = weights[y * stride + t] as number;
      for (let x = 0; x < width; x++)
        sums[x] = (sums[x] as number) + Math.imul(rows[from + x] as number, weight);
    }
    for (let x = 0; x < width; x++) to[y * width + x] = (sums[x] as number) >> FRACTION_BITS;
  }
}
