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
  const { name, next } = recognize(bytes);
  throw new ImageError('unsupported', {
    what: 'cannot read the image',
    expected: 'the bytes of a JPEG, PNG, WebP, AVIF or GIF file',
    got: name,
    next,
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

/** A recognized format that is not supported, and what to do. */
interface OtherFormat {
  name: string;
  next: string;
}

const CONVERT = 'Convert the image to JPEG or PNG.';
const UNPACK = 'Unpack it.';
const UNCHANGED = 'Send the bytes of the file unchanged.';

/** Formats that are sent by mistake: name, what to do, and the bytes that they begin with. */
const OTHER_FORMATS: readonly [name: string, next: string, ...beginnings: string[]][] = [
  ['TIFF or a raw photo', CONVERT, 'II*\0', 'MM\0*', 'IIU\0', 'IIR', 'FUJIFILM'],
  ['BMP', CONVERT, 'BM'],
  ['an icon', CONVERT, '\0\0\x01\0'],
  ['JPEG XL', CONVERT, '\xff\x0a', '\0\0\0\x0cJXL '],
  ['JPEG 2000', CONVERT, '\0\0\0\x0cjP  ', '\xff\x4f\xff\x51'],
  ['PSD', CONVERT, '8BPS'],
  ['PDF', CONVERT, '%PDF-'],
  ['ZIP', UNPACK, 'PK\x03\x04'],
  ['gzip', UNPACK, '\x1f\x8b'],
  [
    'an image written as Base64 text',
    'Send the decoded bytes.',
    ...['data:image/', 'iVBORw0KGgo', '/9j/', 'UklGR', 'R0lGOD'],
  ],
  // UTF-8 has no byte of 0x80 or more alone: a conversion replaces it by EF BF BD or encodes it as two bytes.
  [
    'an image that was converted as text',
    UNCHANGED,
    ...['\x89PNG', '\xef\xbf\xbd', '\xc2\x89PNG', '\xc3\xbf\xc3\x98'],
  ],
];

/** Number of bytes in which an SVG or HTML document must have its first element. */
const TEXT_START = 1024;

/** Number of bytes before an image in which its signature is searched for. */
const MAX_PREFIX_BYTES = 16;

function recognize(bytes: Uint8Array): OtherFormat {
  if (bytes.length === 0) return { name: 'no bytes', next: CONVERT };
  const brands = brandsOf(bytes);
  if (brands.length > 0) return mediaFormat(brands);
  const other = OTHER_FORMATS.find(([, , ...beginnings]) =>
    beginnings.some((text) => hasTextAt(bytes, 0, text)),
  );
  if (other) return { name: other[0], next: other[1] };
  const text = String.fromCharCode(...bytes.subarray(0, TEXT_START)).toLowerCase();
  if (text.includes('<svg')) return { name: 'SVG', next: CONVERT };
  if (/<!doctype html|<html/.test(text))
    return { name: 'HTML', next: 'Send the image instead of a web page.' };
  for (let at = 1; at <= MAX_PREFIX_BYTES; at++) {
    const format = detectFormat(bytes.subarray(at));
    if (format) return { name: `${at} bytes before a ${FORMAT_NAMES[format]} file`, next: 'Remove them.' };
  }
  return { name: `${bytes.length} bytes of an unknown format`, next: CONVERT };
}

/** @param brands the brands of an ISO base media file that is no AVIF */
function mediaFormat(brands: string[]): OtherFormat {
  if (brands.some((brand) => /^he[ivc]|^mi[fa]|^msf1/.test(brand))) {
    return {
      name: 'HEIC',
      next: 'Convert it to JPEG. iPhones have a camera format “Most Compatible”.',
    };
  }
  return brands.includes('crx ')
    ? { name: 'a raw photo', next: CONVERT }
    : { name: 'a video', next: 'Save one of its frames as JPEG.' };
}
