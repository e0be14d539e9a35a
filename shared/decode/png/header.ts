/**
 * @file Parses a PNG's chunks without decoding its image (W3C, Portable Network Graphics, 5 and 11). Numbers are big-endian.
 *
 * - File: signature (8 bytes), chunks.
 * - Chunk: length of the data (4), type (4), data, CRC (4).
 * - IHDR, the first chunk: width (4), height (4), bit depth (1), colour type (1), compression (1), filter (1), interlace (1).
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';

export interface PngHeader extends Size {
  orientation: Orientation;
  /** Offsets of the compressed pixels: the data of the IDAT chunks, in order. */
  data: { start: number; end: number }[];
  /** Bytes of the pixels after inflation: their rows, each with a filter byte. */
  inflatedBytes: number;
}

/** Samples per pixel of each colour type. */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The passes of Adam7 interlacing (8.1): first column, first row, step between columns, step between rows. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The only pass of an image without interlacing. */
const WHOLE = [0, 0, 1, 1] as const;

/** @throws ImageError */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = viewOf(bytes);
  if (bytes.length < 33 || view.getUint32(8) !== 13 || !hasTextAt(bytes, 12, 'IHDR')) {
    throw damaged('the PNG has no complete IHDR chunk');
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colourType, isInterlaced] = [bytes[24] as number, bytes[25] as number, bytes[28] === 1];
  const channels = CHANNELS[colourType];
  if (channels === undefined) throw damaged('the PNG has an invalid colour type');
  const passes = isInterlaced ? ADAM7 : [WHOLE];
  const inflatedBytes = passes
    .map(([left, top, across, down]) => {
      const columns = Math.ceil((width - left) / across);
      const rows = Math.ceil((height - top) / down);
      return columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * channels * depth) / 8)) : 0;
    })
    .reduce((a, b) => a + b);

  const data: PngHeader['data'] = [];
  let orientation: Orientation = 1;
  for (let at = 33; at + 8 <= bytes.length; ) {
    const start = at + 8;
    const end = start + view.getUint32(at);
    if (end > bytes.length || hasTextAt(bytes, at + 4, 'IEND')) break;
    if (hasTextAt(bytes, at + 4, 'IDAT')) data.push({ start, end });
    if (hasTextAt(bytes, at + 4, 'eXIf')) orientation = exifOrientation(bytes.subarray(start, end));
    at = end + 4;
  }
  return { width, height, orientation, data, inflatedBytes };
}
