/** @file Pictures in a terminal: each letter is two pixels, a half block in one colour on another. */
import type { Raster } from './raster.ts';

/** Whether stdout is a terminal of so many columns and 16 million colours; NO_COLOR and FORCE_COLOR have their say. */
export const showsPictures = (columns: number): boolean =>
  process.stdout.isTTY && process.stdout.columns >= columns && process.stdout.getColorDepth() === 24;

const UPPER_HALF = '▀';

/** Lines of `width` letters, two rows of pixels each; of an odd number of rows the last stays out. */
export function halfBlocks({ width, height, rgb }: Raster): string {
  const colour = (x: number, y: number) =>
    rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3).join(';');
  const lines = Array.from({ length: Math.floor(height / 2) }, (_, line) => {
    const letters = Array.from(
      { length: width },
      (_, x) => `\x1b[38;2;${colour(x, 2 * line)};48;2;${colour(x, 2 * line + 1)}m${UPPER_HALF}`,
    );
    return `${letters.join('')}\x1b[0m`;
  });
  return lines.join('\n');
}
