/** @file Boxes, and the layout of a plane of pixels in memory. */
import type { Size } from '../../decode/pixels.ts';

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** A picture's size, and the padded layout of its planes. */
export interface Grid extends Size {
  /** Pixels from one row to the next. */
  readonly stride: number;
  /** Rows, rounded up to a multiple of four. */
  readonly paddedHeight: number;
  /** Pixels of `height` rows, padding included. */
  readonly count: number;
}

/** Returns whether pixel `i`, counted row by row without padding, lies on the border of the picture. */
export function isOnBorder(i: number, { width, height }: Size): boolean {
  const x = i % width;
  return x === 0 || x === width - 1 || i < width || i >= width * (height - 1);
}

/** Converts a box in a picture of size `from` into the same box in that picture scaled to size `to`. */
export function scaleBox({ left, top, width, height }: Box, from: Size, to: Size): Box {
  const [x, y] = [to.width / from.width, to.height / from.height];
  return { left: left * x, top: top * y, width: width * x, height: height * y };
}
