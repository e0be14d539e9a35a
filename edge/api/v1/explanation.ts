/** @file What the photo pipeline made of an image, for people to see what the model saw. */

import type { PreparedPhoto } from '#shared/input/garment/photo.ts';
import { IMAGE_SIZE } from '#shared/labels.ts';
import type { Explanation } from './answers.ts';

export async function explanationOf(photo: PreparedPhoto): Promise<Explanation> {
  const { image, steps, box = null, quality = null, warnings } = photo;
  // Imported when asked for: its tables of checksums would be half a millisecond of every cold start.
  const { greyPng } = await import('#shared/png.ts');
  const png = String.fromCharCode(...(await greyPng(image, IMAGE_SIZE)));
  return { image: `data:image/png;base64,${btoa(png)}`, steps, box, quality, warnings };
}
