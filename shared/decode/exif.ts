/**
 * @file Reads the orientation from a block of Exif metadata (CIPA DC-008, Exif 2.3, 4.5 and 4.6).
 *
 * - TIFF header: byte order `II` or `MM`, 42 (2 bytes), offset of the first directory (4).
 * - Directory: number of entries (2), then 12 bytes for each: tag (2), type (2), count (4), value (4).
 *
 * The parser reads the first directory only, since the orientation is there.
 */
import { hasTextAt, viewOf } from './bytes.ts';
import type { Orientation } from './orientation.ts';

const ORIENTATION = 0x0112;
const SHORT = 3;

/** Returns the orientation. Returns 1 when it is missing or damaged: bad metadata is no reason to reject an image. */
export function exifOrientation(tiff: Uint8Array): Orientation {
  const view = viewOf(tiff);
  if (tiff.length < 8) return 1;
  const isLittle = hasTextAt(tiff, 0, 'II*\0');
  if (!isLittle && !hasTextAt(tiff, 0, 'MM\0*')) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, isLittle) !== ORIENTATION) continue;
    const value = view.getUint16(entry + 8, isLittle);
    const isShort =
      view.getUint16(entry + 2, isLittle) === SHORT && view.getUint32(entry + 4, isLittle) === 1;
    const isValid = isShort && value >= 1 && value <= 8;
    return isValid ? (value as Orientation) : 1;
  }
  return 1;
}
