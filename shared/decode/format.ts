/** @file Detects a file's format from its first bytes. File names and declared media types are not reliable. */
import { hasTextAt, startsWith } from './bytes.ts';
import { ImageError } from './image-error.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'gif';

/** Display names of the formats. */
export const FORMAT_NAMES: Record<ImageFormat, string> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
};

/** Returns the format whose signature the file begins with, if any. The rest of the file can still be damaged. */
export function detectFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (hasTextAt(bytes, 0, 'RIFF') && hasTextAt(bytes, 8, 'WEBP')) return 'webp';
  if (hasTextAt(bytes, 0, 'GIF87a') || hasTextAt(bytes, 0, 'GIF89a')) return 'gif';
  if (brandsOf(bytes).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  return undefined;
}

/**
 * Returns the format of a file.
 * @throws ImageError with the fault `unsupported` for other formats; it names the format when it is known
 */
export function formatOf(bytes: Uint8Array): ImageFormat {
  const format = detectFormat(bytes);
  if (format) return format;
  const name = otherFormatOf(bytes);
  throw new ImageError('unsupported', {
    what: 'cannot read the image',
    expected: 'the bytes of a JPEG, PNG, WebP, AVIF or GIF file',
    got: bytes.length === 0 ? 'no bytes' : (name ?? `${bytes.length} bytes of an unknown format`),
    next: name === BASE64 ? 'Send the decoded bytes.' : 'Convert the image to JPEG or PNG.',
  });
}

/** Returns the brands of an ISO base media file (ISO/IEC 14496-12, 4.3): the major brand, then the compatible ones. */
function brandsOf(bytes: Uint8Array): string[] {
  if (!hasTextAt(bytes, 4, 'ftyp')) return [];
  const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const brands = [];
  for (let at = 8; at + 4 <= Math.min(length, bytes.length); at += 4) {
    // The four bytes after the major brand are a version.
    if (at !== 12) brands.push(String.fromCharCode(...bytes.subarray(at, at + 4)));
  }
  return brands;
}

function mediaName(brands: string[]): string {
  return brands.some((brand) => /^he[ivc]|^mif1|^msf1/.test(brand)) ? 'HEIC' : 'a video';
}

const BASE64 = 'an image written as Base64 text';

/** Formats that are sent by mistake, with the bytes that they begin with. */
const OTHER_FORMATS: readonly [name: string, ...beginnings: string[]][] = [
  ['TIFF or a raw photo', 'II*\0', 'MM\0*'],
  ['BMP', 'BM'],
  ['an icon', '\0\0\x01\0'],
  ['JPEG XL', '\xff\x0a', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['PSD', '8BPS'],
  ['PDF', '%PDF-'],
  ['ZIP', 'PK\x03\x04'],
  ['gzip', '\x1f\x8b'],
  [BASE64, 'data:image/', 'iVBORw0KGgo', '/9j/', 'UklGR', 'R0lGOD'],
];

/** Number of bytes in which an SVG or HTML document must have its first element. */
const TEXT_START = 1024;

/** Returns the name of a format that is not supported, when it is recognized. */
function otherFormatOf(bytes: Uint8Array): string | undefined {
  const brands = brandsOf(bytes);
  if (brands.length > 0) return mediaName(brands);
  const other = OTHER_FORMATS.find(([, ...beginnings]) =>
    beginnings.some((text) => hasTextAt(bytes, 0, text)),
  );
  if (other) return other[0];
  const text = String.fromCharCode(...bytes.subarray(0, TEXT_START)).toLowerCase();
  if (text.includes('<svg')) return 'SVG';
  if (/<!doctype html|<html/.test(text)) return 'HTML';
  return undefined;
}
