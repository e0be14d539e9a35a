/** @file A mask of 0 and 1, one byte a pixel, row by row: its connected parts, its holes, its box. */

import { type Box, onBorder, type Size } from '#shared/input/garment/mask.ts';

/** What is smaller than this share of the largest part is no shoe of a pair and no second half. */
const LEAST_PART = 0.2;

/** A hole up to this share of the object is a print or a button; what trouser legs enclose is more. */
const MOST_HOLE = 0.1;

/** Removes small parts and fills small holes, in place. */
export function tidy(mask: Uint8Array, size: Size): void {
  const parts = partsOf(mask, size, 1);
  const largest = Math.max(0, ...parts.map((part) => part.length));
  for (const part of parts) if (part.length < LEAST_PART * largest) for (const i of part) mask[i] = 0;
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  for (const hole of partsOf(mask, size, 0)) {
    if (hole.length <= MOST_HOLE * area && !hole.some((i) => onBorder(i, size)))
      for (const i of hole) mask[i] = 1;
  }
}

/** The pixels of each part of `value` that is connected by edges. */
function partsOf(mask: Uint8Array, { width, height }: Size, value: number): Int32Array[] {
  const parts: Int32Array[] = [];
  const seen = mask.map((inside) => (inside === value ? 0 : 1));
  const reached = new Int32Array(mask.length);
  let end = 0;
  const reach = (i: number) => {
    if (seen[i]) return;
    seen[i] = 1;
    reached[end++] = i;
  };
  for (let start = 0; start < mask.length; start++) {
    const begin = end;
    reach(start);
    for (let next = begin; next < end; next++) {
      const i = reached[next];
      const x = i % width;
      if (x > 0) reach(i - 1);
      if (x < width - 1) reach(i + 1);
      if (i >= width) reach(i - width);
      if (i < width * (height - 1)) reach(i + width);
    }
    if (end > begin) parts.push(reached.subarray(begin, end));
  }
  return parts;
}

/** The smallest box around the object. */
export function boundingBox(mask: Uint8Array, { width, height }: Size): Box {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}
