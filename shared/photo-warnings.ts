/** @file What the person who took a photo should know about it. */

/** The texts in English by code. Clients translate the codes. */
export const PHOTO_WARNINGS = {
  round: 'The object is round, which no garment is.',
  'low-contrast': 'The garment hardly differs from the background. Use a plain background of another colour.',
  'cut-off': 'The photo cuts off part of the garment. Step back.',
  small: 'The garment is small in the photo. Move closer.',
  'no-garment': 'Nothing stands out from the background.',
  'ignored-orientation':
    'The Exif orientation was not applied, because browsers ignore it in WebP and AVIF files. Rotate the image itself.',
} as const;

export type PhotoWarning = keyof typeof PHOTO_WARNINGS;
