/**
 * @file What a WebP's chunks say before anything is decoded (RFC 9649, 2).
 *
 * `RIFF`, size (4 bytes), `WEBP`, then chunks: name (4), size (4), data, a byte of padding when the size is odd; numbers are
 * little-endian. A simple file has one chunk `VP8 ` or `VP8L`; an extended one begins with `VP8X`: flags (4), width - 1 (3),
 * height - 1 (3). An animated one has a chunk `ANMF` for each frame.
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';

export interface WebpHeader {
  width: number;
  height: number;
  /** The first frame, when the file is animated. */
  frame: WebpFrame | undefined;
}

/** A frame within the canvas (RFC 9649, 2.7.1.2). */
export interface WebpFrame {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Its chunks, as a still file would hold them. */
  chunks: Uint8Array;
}

/** Of the flags of VP8X. */
const ANIMATION = 0x02;

/** Bytes of ANMF before its chunks: left / 2 (3), top / 2 (3), width - 1 (3), height - 1 (3), duration (3), flags (1). */
const FRAME_BYTES = 16;

/** @throws ImageError */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  if (bytes.length < 30) throw damaged('the WebP has no complete header');
  const view = viewOf(bytes);
  if (hasTextAt(bytes, 12, 'VP8X')) {
    const canvas = { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    const isAnimated = ((bytes[20] as number) & ANIMATION) !== 0;
    return { ...canvas, frame: isAnimated ? firstFrame(bytes, canvas) : undefined };
  }
  if (hasTextAt(bytes, 12, 'VP8 ')) {
    // RFC 6386, 9.1: 3 bytes of tag, 3 of start code, then 14 bits each of width and height, above them 2 of scale.
    return {
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
      frame: undefined,
    };
  }
  if (hasTextAt(bytes, 12, 'VP8L')) {
    // RFC 9649, 3.4: a byte 0x2f, then 14 bits each of width - 1 and height - 1.
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff), frame: undefined };
  }
  throw damaged('the WebP does not begin with an image');
}

function firstFrame(bytes: Uint8Array, canvas: { width: number; height: number }): WebpFrame {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const [start, end] = [at + 8, at + 8 + size];
    if (hasTextAt(bytes, at, 'ANMF')) {
      if (size < FRAME_BYTES || end > bytes.length) break;
      const [left, top] = [2 * uint24(view, start), 2 * uint24(view, start + 3)];
      const [width, height] = [1 + uint24(view, start + 6), 1 + uint24(view, start + 9)];
      if (left + width > canvas.width || top + height > canvas.height)
        throw damaged('its first frame is not within it');
      return { left, top, width, height, chunks: bytes.subarray(start + FRAME_BYTES, end) };
    }
    at = end + (size % 2);
  }
  throw damaged('the WebP has no complete first frame');
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
