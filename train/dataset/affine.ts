/** @file Affine maps of the plane. */

/** Maps a pixel of the new image to a place in the old one: x' = xx · x + xy · y + x0, y' = yx · x + yy · y + y0. */
export interface Affine {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}
