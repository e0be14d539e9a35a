/** @file A decoded image. `ImageData` exists in browsers only; this is what every place has. */

/** An image of `width` × `height` pixels. A browser's `ImageData` is one, too. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha (not premultiplied) of each pixel in 0..255, row by row: 4 · width · height bytes. */
  readonly data: Uint8ClampedArray | Uint8Array;
}
