/** @file The warning about an orientation in Exif metadata that browsers ignore. The decoders ignore it as well. */
import { FORMAT_NAMES, type ImageFormat } from './format.ts';
import type { Orientation } from './orientation.ts';

/** Returns the warning, if the metadata would turn the image. */
export function orientationWarnings(format: ImageFormat, ignored: Orientation): string[] {
  if (ignored === 1) return [];
  const name = FORMAT_NAMES[format];
  return [
    `The Exif orientation was not applied, because browsers ignore it in ${name}. Rotate the image itself.`,
  ];
}
