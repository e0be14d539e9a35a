/** @file The passes of a PNG: one with all pixels, or Adam7's seven (W3C, Portable Network Graphics, 8). */
import type { PngHeader } from './header.ts';

/** Bytes before each row: its filter type. */
export const FILTER_BYTES = 1;

/** A grid of pixels whose rows follow each other in the file. */
export interface Pass {
  /** Column of its first pixels in the image. */
  left: number;
  /** Row of its first pixels in the image. */
  top: number;
  /** Distance of its columns in the image. */
  across: number;
  /** Distance of its rows in the image. */
  down: number;
  columns: number;
  height: number;
  /** Bytes of a row's samples. */
  rowBytes: number;
}

/** Returns the bytes of a pass in the file, inflated. */
export const bytesOf = ({ height, rowBytes }: Pass): number => height * (FILTER_BYTES + rowBytes);

/** Adam7: left, top, across and down of each pass. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Returns the passes that have pixels, in their order in the file. */
export function passesOf({ width, height, channels, depth, isInterlaced }: PngHeader): Pass[] {
  return (isInterlaced ? ADAM7 : [[0, 0, 1, 1] as const])
    .filter(([left, top]) => left < width && top < height)
    .map(([left, top, across, down]) => {
      const columns = Math.ceil((width - left) / across);
      const rowBytes = Math.ceil((columns * channels * depth) / 8);
      return { left, top, across, down, columns, height: Math.ceil((height - top) / down), rowBytes };
    });
}
