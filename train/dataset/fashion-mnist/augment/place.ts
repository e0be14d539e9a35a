/** @file The garment in a scene → 28 × 28, as the photo pipeline places it (shared/input/garment/place.ts): longest edge filling the frame, centred. */
import { IMAGE_SIZE } from '#shared/labels.ts';
import type { Bounds, Layers } from './layers.ts';

/**
 * Means of areas of the box `bounds`, which is not empty.
 * @param narrow room for what lies between, as large as the scene
 */
export function place(scene: Layers, bounds: Bounds, narrow: Float32Array, image: Layers): void {
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const scale = IMAGE_SIZE / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const left = Math.floor((IMAGE_SIZE - columns) / 2);
  const top = Math.floor((IMAGE_SIZE - rows) / 2);
  for (const plane of ['light', 'cover'] as const) {
    const from = scene[plane];
    const to = image[plane];
    to.fill(0);
    for (let column = 0; column < columns; column++) {
      const begin = (column * width) / columns;
      const end = ((column + 1) * width) / columns;
      for (let y = bounds.top; y < bounds.bottom; y++) {
        const row = y * scene.size;
        narrow[row + column] = mean(from, row + bounds.left, 1, begin, end);
      }
    }
    for (let row = 0; row < rows; row++) {
      const begin = (row * height) / rows;
      const end = ((row + 1) * height) / rows;
      for (let column = 0; column < columns; column++) {
        const first = bounds.top * scene.size + column;
        to[(top + row) * IMAGE_SIZE + left + column] = mean(narrow, first, scene.size, begin, end);
      }
    }
  }
}

/** Of the values from `begin` to `end`, `step` apart; the first and the last count by the part that is covered. */
function mean(values: Float32Array, first: number, step: number, begin: number, end: number): number {
  let sum = 0;
  for (let k = Math.floor(begin); k < end; k++) {
    sum += (Math.min(end, k + 1) - Math.max(begin, k)) * values[first + k * step];
  }
  return sum / (end - begin);
}
