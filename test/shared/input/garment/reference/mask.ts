/** @file Reference: masks of 0 and 1, one byte a pixel, row by row: their components, holes and boxes. */

import type { Size } from '#shared/decode/pixels.ts';
import { type Box, isOnBorder } from '#shared/input/garment/geometry.ts';

/** Components smaller than this share of the largest are removed: they are not the second shoe of a pair. */
const MIN_COMPONENT = 0.2;

/** Holes of up to this share of the object are filled: they are prints or buttons. The gap between trouser legs is larger. */
const MAX_HOLE = 0.1;

/** Removes small components and fills small holes, in place. */
export function cleanMask(mask: Uint8Array, size: Size): void {
  const components = componentsOf(mask, size, 1);
  const largest = Math.max(0, ...components.map(({ length }) => length));
  for (const component of components) {
    if (component.length < MIN_COMPONENT * largest) for (const i of component) mask[i] = 0;
  }
  const area = mask.reduce((sum, inside) => sum + inside, 0);
  for (const hole of componentsOf(mask, size, 0)) {
    if (hole.length <= MAX_HOLE * area && !hole.some((i) => isOnBorder(i, size)))
      for (const i of hole) mask[i] = 1;
  }
}

/** Returns the pixels of each component of `value`, connected by edges. */
function componentsOf(mask: Uint8Array, { width, height }: Size, value: number): Int32Array[] {
  const components: Int32Array[] = [];
  const visited = mask.map((inside) => (inside === value ? 0 : 1));
  const reached = new Int32Array(mask.length);
  let end = 0;
  const reach = (i: number) => {
    if (visited[i]) return;
    visited[i] = 1;
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
    if (end > begin) components.push(reached.subarray(begin, end));
  }
  return components;
}

/** Returns the smallest box around the pixels of a mask that is not empty. */
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
