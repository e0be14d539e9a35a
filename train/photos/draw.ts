/** @file A photo as the pipeline sees it: what it takes for the garment, and what it hands to the network. */

import type { Pixels } from '#shared/decode/pixels.ts';
import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { type Colour, colourOf, frame, type Raster, reduce } from './raster.ts';

/** A colour that few garments and floors have. */
const OUTLINE: Colour = colourOf('#ff00c8');

/** What is left of the background's brightness. */
const DIMMED = 0.5;

/** The photo at the largest size that fits, its background dimmed and the garment outlined; with a box where there is no mask. */
export function drawGarment(
  pixels: Pixels,
  { mask, box }: PreparedPhoto,
  width: number,
  height: number,
): Raster {
  const picture = reduce(pixels, width, height);
  if (mask) outline(picture, mask);
  else if (box) {
    const [x, y] = [picture.width / pixels.width, picture.height / pixels.height];
    const left = Math.round(box.left * x);
    const top = Math.round(box.top * y);
    const right = Math.round((box.left + box.width) * x);
    const bottom = Math.round((box.top + box.height) * y);
    frame(picture, { left, top, width: right - left, height: bottom - top }, OUTLINE, 2);
  }
  return picture;
}

function outline({ width, height, rgb }: Raster, mask: NonNullable<PreparedPhoto['mask']>): void {
  const inside = Uint8Array.from({ length: width * height }, (_, i) => {
    const x = Math.floor((((i % width) + 0.5) * mask.width) / width);
    const y = Math.floor(((Math.floor(i / width) + 0.5) * mask.height) / height);
    return mask.data[y * mask.width + x] >= 128 ? 1 : 0;
  });
  for (let i = 0; i < inside.length; i++) {
    if (inside[i]) continue;
    const x = i % width;
    const beside = (x > 0 && inside[i - 1]) || (x < width - 1 && inside[i + 1]);
    if (beside || inside[i - width] || inside[i + width]) rgb.set(OUTLINE, 3 * i);
    else for (let at = 3 * i; at < 3 * i + 3; at++) rgb[at] *= DIMMED;
  }
}
