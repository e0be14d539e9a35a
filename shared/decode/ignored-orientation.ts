/** @file The warning about an orientation in Exif metadata that browsers ignore. The decoders ignore it as well. */
import type { PhotoWarning } from '../photo-warnings.ts';
import type { Orientation } from './orientation.ts';

/** Returns the warning, if the metadata would turn the image. */
export const orientationWarnings = (ignored: Orientation): PhotoWarning[] =>
  ignored === 1 ? [] : ['ignored-orientation'];
