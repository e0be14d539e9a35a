/** @file Images that are in the data set's form already. */
import type { Pixels } from '../../decode/pixels.ts';
import { IMAGE_PIXELS, IMAGE_SIZE } from '../../labels.ts';
import { onBorder } from './mask.ts';

/** A border pixel up to this is black, one from 255 minus this is white: JPEG moves black and white by a few. */
const BLACK = 16;

/**
 * The bytes of an image that needs nothing: 28 × 28, opaque, every pixel grey (red = green = blue), and on a black background:
 * of the 108 pixels along its border more are black than white. All 70,000 Fashion-MNIST images pass, by 27 pixels at
 * least; none of them passes negated.
 */
export function readAsIs({ width, height, data }: Pixels): Uint8Array | undefined {
  if (width !== IMAGE_SIZE || height !== IMAGE_SIZE) return undefined;
  const image = new Uint8Array(IMAGE_PIXELS);
  let blackOverWhite = 0;
  for (let i = 0; i < IMAGE_PIXELS; i++) {
    const [red, green, blue, alpha] = [
      data[4 * i] as number,
      data[4 * i + 1],
      data[4 * i + 2],
      data[4 * i + 3],
    ];
    if (red !== green || red !== blue || alpha !== 255) return undefined;
    image[i] = red;
    if (!onBorder(i, { width, height })) continue;
    if (red <= BLACK) blackOverWhite += 1;
    else if (red >= 255 - BLACK) blackOverWhite -= 1;
  }
  return blackOverWhite > 0 ? image : undefined;
}
