/**
 * @file Places a garment in the 28 × 28 frame as the photo pipeline does (shared/input/garment/placement.ts): centred, its longest edge as
 * long as the frame.
 */
import { IMAGE_SIZE } from '#shared/input/garment/size.ts';
import type { Bounds, Cutout } from './cutout.ts';

/**
 * Resamples the box `bounds` of the scene by area averaging and writes it to `image`.
 * @param bounds must not be empty
 * @param workspace memory for the narrowed rows, as large as the scene
 */
export function place(scene: Cutout, bounds: Bounds, workspace: Float32Array, image: Cutout): void {
  const [width, height] = [bounds.right - bounds.left, bounds.bottom - bounds.top];
  const scale = IMAGE_SIZE / Math.max(width, height);
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const left = Math.floor((IMAGE_SIZE - columns) / 2);
  const top = Math.floor((IMAGE_SIZE - rows) / 2);
  for (const plane of ['grey', 'alpha'] as const) {
    const from = scene[plane];
    const to = image[plane];
    to.fill(0);
    for (let column = 0; column < columns; column++) {
      const begin = (column * width) / columns;
      const end = ((column + 1) * width) / columns;
      for (let y = bounds.top; y < bounds.bottom; y++) {
        const row = y * scene.size;
        workspace[row + column] = mean(from, row + bounds.left, 1, begin, end);
      }
    }
    for (let row = 0; row < rows; row++) {
      const begin = (row * height) / rows;
      const end = ((row + 1) * height) / rows;
      for (let column = 0; column < columns; column++) {
        const first = bounds.top * scene.size + column;
        to[(top + row) * IMAGE_SIZE + left + column] = mean(workspace, first, scene.size, begin, end);
      }
    }
  }
}

/** Returns the mean of the values from `begin` to `end`, `step` apart. The first and the last value are weighted by their covered part. */
function mean(values: Float32Array, first: number, step: number, begin: number, end: number): number {
  let sum = 0;
  for (let k = Math.floor(begin); k < end; k++) {
    sum += (Math.min(end, k + 1) - Math.max(begin, k)) * values[first + k * step];
  }
  return sum / (end - begin);
}
