/** @file Decoded images. `ImageData` exists in browsers only; these types work everywhere. */
import type { PhotoWarning } from '../photo-warnings.ts';

/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded image. A browser's `ImageData` has this type, too. */
export interface Pixels extends Size {
  /** RGBA, not premultiplied, row by row: 4 · width · height bytes. */
  readonly data: Uint8ClampedArray | Uint8Array;
  /** The displayed size of the whole picture, which a decoder may have reduced. Default: that of the pixels. */
  readonly fullSize?: Size;
  readonly warnings?: readonly PhotoWarning[];
}

/** Returns a copy that stays valid when the original is in a decoder's memory. */
export function copyPixels(pixels: Pixels): Pixels {
  return { ...pixels, data: pixels.data.slice() };
}
