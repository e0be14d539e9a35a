/**
 * @file Format and dimensions from a file's first bytes, so that limits are enforced before any pixel is decoded.
 *
 * PNG (W3C, Portable Network Graphics, 5.2 and 11.2.1): 8 bytes of signature, then the IHDR chunk: length 13 (4 bytes),
 * `IHDR`, width (4), height (4), depth, colour type, compression, filter, interlace; numbers are big-endian.
 *
 * JPEG (ITU-T T.81, B.1 and B.2.2): segments `FF marker`, most followed by a 2-byte length that counts itself. The frame
 * header SOFn holds precision (1), height (2), width (2), components (1).
 */
import { ImageError } from './image-error.ts';

export type ImageFormat = 'png' | 'jpeg';

export interface ImageHeader {
  format: ImageFormat;
  /** As stored, before the EXIF orientation turns the image. */
  width: number;
  height: number;
}

/**
 * Most pixels of an image that is decoded: a 12-megapixel phone photo passes. Decoding takes, for each pixel and beside
 * the file, 9 bytes of memory for a baseline JPEG, 13 for a progressive one, 10 to 15 for a PNG (measured on 12 megapixels).
 */
export const MAX_PIXELS = 16_000_000;

/** Longest edge of an image that is decoded, in pixels. */
export const MAX_EDGE = 16_384;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IHDR = 0x49484452;

/**
 * Reads the header of a PNG or JPEG file and enforces the limits. The type is told by the first bytes alone.
 * @throws ImageError
 */
export function readHeader(bytes: Uint8Array, maxPixels = MAX_PIXELS): ImageHeader {
  const header = startsWith(bytes, PNG_SIGNATURE)
    ? pngHeader(bytes)
    : startsWith(bytes, [0xff, 0xd8, 0xff])
      ? jpegHeader(bytes)
      : undefined;
  if (!header) {
    throw new ImageError('unsupported', {
      what: 'cannot read the image',
      expected: 'the bytes of a PNG or JPEG file',
      got: bytes.length === 0 ? 'no bytes' : `${bytes.length} bytes that begin like neither`,
      next: 'Convert the image to PNG or JPEG.',
    });
  }
  checkLimits(header, maxPixels);
  return header;
}

function checkLimits({ width, height }: ImageHeader, maxPixels: number): void {
  if (width === 0 || height === 0) throw damaged('its header says that it has no pixels');
  const size = `${width} × ${height} pixels`;
  const next = 'Scale the image down; the network sees 28 × 28 pixels of it.';
  if (Math.max(width, height) > MAX_EDGE) {
    const expected = `at most ${MAX_EDGE} pixels along an edge`;
    const edge = { limit: MAX_EDGE, actual: Math.max(width, height) };
    throw new ImageError('too-large', { what: 'the image is too large', expected, got: size, next }, edge);
  }
  if (width * height > maxPixels) {
    const expected = `at most ${maxPixels} pixels`;
    const area = { limit: maxPixels, actual: width * height };
    throw new ImageError('too-large', { what: 'the image is too large', expected, got: size, next }, area);
  }
}

function pngHeader(bytes: Uint8Array): ImageHeader {
  const view = viewOf(bytes);
  if (bytes.length < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== IHDR) {
    throw damaged('the PNG has no complete IHDR chunk');
  }
  return { format: 'png', width: view.getUint32(16), height: view.getUint32(20) };
}

function jpegHeader(bytes: Uint8Array): ImageHeader {
  const view = viewOf(bytes);
  let offset = 2;
  while (offset + 4 <= bytes.length && view.getUint8(offset) === 0xff) {
    const marker = view.getUint8(offset + 1);
    if (marker === 0xff) {
      // Any marker may be preceded by fill bytes (B.1.1.2).
      offset += 1;
    } else if (standsAlone(marker)) {
      offset += 2;
    } else if (isFrameHeader(marker)) {
      if (offset + 10 > bytes.length) break;
      checkJpegKind(marker, view.getUint8(offset + 4), view.getUint8(offset + 9));
      return { format: 'jpeg', height: view.getUint16(offset + 5), width: view.getUint16(offset + 7) };
    } else if (marker === EOI || marker === SOS) {
      break;
    } else {
      offset += 2 + view.getUint16(offset + 2);
    }
  }
  throw damaged('the JPEG has no frame header');
}

const EOI = 0xd9;
const SOS = 0xda;

/** TEM and RST0..RST7 have no length. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** SOF0..SOF15; C4, C8 and CC in that range are other segments. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Baseline, extended and progressive Huffman coding of 8-bit grey or three-component images is what decoders share. */
function checkJpegKind(marker: number, precision: number, components: number): void {
  const isCommon = marker <= 0xc2 && precision === 8 && (components === 1 || components === 3);
  if (isCommon) return;
  throw new ImageError('unsupported', {
    what: 'cannot read this kind of JPEG',
    expected: 'a baseline or progressive JPEG, 8 bits, grey or YCbCr',
    got: `coding process ${marker - 0xc0}, ${precision} bits, ${components} components`,
    next: 'Save the image as an ordinary RGB JPEG or as PNG.',
  });
}

/** An image whose bytes contradict its format. */
export function damaged(why: string, cause?: unknown): ImageError {
  return new ImageError('damaged', {
    what: `cannot decode the image: ${why}`,
    next: 'Check that the file is complete.',
    cause,
  });
}

function startsWith(bytes: Uint8Array, signature: number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
