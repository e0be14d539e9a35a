/**
 * @file Parses a PNG without decoding its image (W3C, Portable Network Graphics, 5 and 11). Numbers are big-endian.
 *
 * IHDR, the first chunk: width (4), height (4), bit depth (1), colour type (1), compression (1), filter (1), interlace (1).
 *
 * Browsers ignore damaged and repeated metadata, and everything after the pixels. So the decoder gets a file of the chunks that
 * determine the pixels, and nothing else.
 */
import { viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged, ImageError } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';
import { isCritical, isIntact, type PngChunk, readChunks } from './chunks.ts';

export interface PngHeader extends Size {
  orientation: Orientation;
  /** The data of the chunks that determine the pixels: IHDR, and PLTE and tRNS when they apply. */
  chunks: Map<'IHDR' | 'PLTE' | 'tRNS', Uint8Array>;
  /** The compressed pixels: the data of the IDAT chunks, in order. */
  data: Uint8Array[];
  /** Bytes of the pixels after inflation: their rows, each with a filter byte. Interlacing adds less than 64 KiB. */
  inflatedBytes: number;
}

/** The content of IHDR. */
interface Format extends Size {
  data: Uint8Array;
  colourType: number;
  pixelBits: number;
}

/** Samples per pixel of each colour type (table 11.1). */
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const INDEXED = 3;

/** Bytes of tRNS for grey and RGB: a sample for each channel. Other colour types have none. */
const TRANSPARENT_BYTES: Record<number, number> = { 0: 2, 2: 6 };

/** Bytes of a palette of 256 colours. */
const PALETTE_BYTES = 768;

/** The largest Exif metadata that is read, in bytes. A JPEG cannot contain more. */
const MAX_EXIF_BYTES = 65_535;

/** @throws ImageError */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const chunks = readChunks(bytes);
  const format = readFormat(chunks.next().value);
  const isIndexed = format.colourType === INDEXED;
  const kept: PngHeader['chunks'] = new Map([['IHDR', format.data]]);
  const data: Uint8Array[] = [];
  let orientation: Orientation | undefined;
  for (const chunk of chunks) {
    if (chunk.type === 'IDAT') data.push(chunk.data);
    else if (data.length > 0 || chunk.type === 'IEND') break;
    else if (chunk.crc === undefined) throw damaged('a chunk of the PNG is cut off');
    else if (chunk.type === 'PLTE' && isIndexed && !kept.has('PLTE')) kept.set('PLTE', readPalette(chunk));
    // The palette of other images is a suggestion.
    else if (isCritical(chunk) && (isIndexed || chunk.type !== 'PLTE'))
      throw damaged('the PNG has an unexpected critical chunk');
    else if (chunk.type === 'tRNS') keepTransparency(chunk, format, kept);
    else if (chunk.type === 'eXIf' && chunk.data.length <= MAX_EXIF_BYTES && isIntact(chunk))
      orientation ??= exifOrientation(chunk.data);
  }
  if (data.length === 0) throw damaged('the PNG has no pixels (IDAT)');
  if (isIndexed && !kept.has('PLTE')) throw damaged(INVALID_PALETTE);
  const { width, height, pixelBits } = format;
  return {
    width,
    height,
    orientation: orientation ?? 1,
    chunks: kept,
    data,
    inflatedBytes: height * (1 + Math.ceil((width * pixelBits) / 8)),
  };
}

const INVALID_PALETTE = 'the PNG has no valid palette (PLTE)';

/** @param chunk the first chunk */
function readFormat(chunk: PngChunk | undefined): Format {
  if (chunk?.type === 'CgBI') {
    throw new ImageError('unsupported', {
      what: 'cannot read a PNG in the variant of iPhone apps (CgBI)',
      next: 'Convert it with `xcrun pngcrush -revert-iphone-optimizations`.',
    });
  }
  if (chunk?.type !== 'IHDR' || chunk.data.length !== 13 || !isIntact(chunk)) {
    throw damaged('the PNG has no valid header (IHDR)');
  }
  const { data } = chunk;
  const view = viewOf(data);
  const [depth, colourType] = [data[8] as number, data[9] as number];
  const channels = CHANNELS[colourType];
  if (!channels) throw damaged('the PNG has an invalid colour type');
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  return { data, width, height, colourType, pixelBits: channels * depth };
}

/** Returns a palette of 256 colours. Those that are missing have the last colour, as in browsers. */
function readPalette(chunk: PngChunk): Uint8Array {
  const { data } = chunk;
  const last = 3 * Math.floor(data.length / 3) - 3;
  if (last < 0 || data.length > PALETTE_BYTES || !isIntact(chunk)) throw damaged(INVALID_PALETTE);
  return Uint8Array.from({ length: PALETTE_BYTES }, (_, i) => data[i < last ? i : last + (i % 3)] as number);
}

/** Keeps the first valid transparency: for each colour of the palette, or of one colour. */
function keepTransparency(chunk: PngChunk, { colourType }: Format, kept: PngHeader['chunks']): void {
  const { length } = chunk.data;
  const isValid =
    colourType === INDEXED
      ? kept.has('PLTE') && length <= PALETTE_BYTES / 3
      : length >= (TRANSPARENT_BYTES[colourType] as number);
  if (isValid && !kept.has('tRNS') && isIntact(chunk)) kept.set('tRNS', chunk.data);
}
