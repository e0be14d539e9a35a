/**
 * @file Parses a WebP's chunks without decoding its image (RFC 9649, 2). Numbers are little-endian.
 *
 * - File: `RIFF`, size (4 bytes), `WEBP`, chunks.
 * - Chunk: name (4), size (4), data, a byte of padding when the size is odd.
 * - A simple file has one chunk, `VP8 ` or `VP8L`.
 * - An extended file begins with the chunk `VP8X`: flags (4), width − 1 (3), height − 1 (3). An animation has a chunk `ANMF` for each
 *   frame.
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';

export interface WebpHeader extends Size {
  /** The orientation in Exif metadata, which browsers ignore. */
  exifOrientation: Orientation;
  /** The first frame, when the file is animated. */
  frame: WebpFrame | undefined;
}

/** A frame of an animation, and its position on the canvas (RFC 9649, 2.7.1.2). */
export interface WebpFrame extends Size {
  left: number;
  top: number;
  /** The frame's chunks, which can be those of a still file. */
  chunks: Uint8Array;
}

/** Animation flag of VP8X. */
const ANIMATION = 0x02;

/** Bytes of ANMF before the frame's chunks: left / 2 (3), top / 2 (3), width − 1 (3), height − 1 (3), duration (3), flags (1). */
const FRAME_BYTES = 16;

/** @throws ImageError */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const size = readSize(bytes);
  if (!hasTextAt(bytes, 12, 'VP8X')) return { ...size, frame: undefined, exifOrientation: 1 };
  const isAnimated = ((bytes[20] as number) & ANIMATION) !== 0;
  const frame = isAnimated ? firstFrame(bytes, size) : undefined;
  return { ...size, frame, exifOrientation: orientationOf(bytes) };
}

/** Returns the data of the first chunk with a name, if it is complete. */
function chunkData(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const [start, end] = [at + 8, at + 8 + size];
    if (hasTextAt(bytes, at, name)) return end > bytes.length ? undefined : bytes.subarray(start, end);
    at = end + (size % 2);
  }
  return undefined;
}

function firstFrame(bytes: Uint8Array, canvas: Size): WebpFrame {
  const data = chunkData(bytes, 'ANMF');
  if (!data || data.length < FRAME_BYTES) throw damaged('the WebP has no complete first frame');
  const view = viewOf(data);
  const [left, top] = [2 * uint24(view, 0), 2 * uint24(view, 3)];
  const [width, height] = [1 + uint24(view, 6), 1 + uint24(view, 9)];
  if (left + width > canvas.width || top + height > canvas.height)
    throw damaged('the first frame of the WebP exceeds its canvas');
  return { left, top, width, height, chunks: data.subarray(FRAME_BYTES) };
}

/** Some programs write the name that begins Exif metadata in a JPEG. */
function orientationOf(bytes: Uint8Array): Orientation {
  const data = chunkData(bytes, 'EXIF') ?? new Uint8Array();
  return exifOrientation(hasTextAt(data, 0, 'Exif\0\0') ? data.subarray(6) : data);
}

/** Reads the size in the first chunk. */
function readSize(bytes: Uint8Array): Size {
  if (bytes.length < 30) throw damaged('the WebP has no complete header');
  const view = viewOf(bytes);
  // Width − 1 (3 bytes), height − 1 (3).
  if (hasTextAt(bytes, 12, 'VP8X')) return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  // RFC 6386, 9.1: tag (3 bytes), start code (3), width and height (2 each: 14 bits of size, 2 bits of scale).
  if (hasTextAt(bytes, 12, 'VP8 ')) {
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  // RFC 9649, 3.4: 0x2f (1 byte), width − 1 (14 bits), height − 1 (14 bits).
  if (!hasTextAt(bytes, 12, 'VP8L')) throw damaged('the WebP does not begin with an image chunk');
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
