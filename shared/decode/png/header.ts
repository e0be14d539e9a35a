/**
 * @file Parses a PNG without decoding its image (W3C, Portable Network Graphics, 5 and 11). Numbers are big-endian.
 *
 * IHDR, the first chunk: width (4), height (4), bit depth (1), colour type (1), compression (1), filter (1), interlace (1).
 *
 * Browsers ignore damaged and repeated metadata, and everything after the pixels. So only the chunks that determine the pixels count.
 */
import { viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged, ImageError } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';
import { isIntact, type PngChunk, readChunks } from './chunks.ts';

export interface PngHeader extends Size {
  orientation: Orientation;
  colourType: ColourType;
  /** Bits of a sample. */
  depth: number;
  /** Samples per pixel. */
  channels: number;
  isInterlaced: boolean;
  /** 256 colours of an indexed image, as RGB. */
  palette?: Uint8Array;
  /** Alpha of the palette's first colours; of grey and RGB images, the transparent colour: two bytes for each channel. */
  transparency?: Uint8Array;
  /** Offset of the data of the first IDAT chunk. The data of these chunks, one after another, are the compressed pixels. */
  dataStart: number;
  /** Bytes of the compressed pixels. */
  dataBytes: number;
}

/** What IHDR says. */
type Format = Pick<PngHeader, 'width' | 'height' | 'colourType' | 'depth' | 'channels' | 'isInterlaced'>;

/** The colour types (table 11.1). */
export const COLOUR = { grey: 0, rgb: 2, indexed: 3, greyAlpha: 4, rgba: 6 } as const;
type ColourType = (typeof COLOUR)[keyof typeof COLOUR];

/** Samples per pixel, and the allowed bits of a sample, of each colour type (table 11.1). */
const FORMATS: Record<ColourType, { channels: number; depths: readonly number[] }> = {
  [COLOUR.grey]: { channels: 1, depths: [1, 2, 4, 8, 16] },
  [COLOUR.rgb]: { channels: 3, depths: [8, 16] },
  [COLOUR.indexed]: { channels: 1, depths: [1, 2, 4, 8] },
  [COLOUR.greyAlpha]: { channels: 2, depths: [8, 16] },
  [COLOUR.rgba]: { channels: 4, depths: [8, 16] },
};

/** Types of chunks: four characters, as a number. */
const CgBI = 0x43674249;
const IHDR = 0x49484452;
const PLTE = 0x504c5445;
const tRNS = 0x74524e53;
const eXIf = 0x65584966;
const IDAT = 0x49444154;
const IEND = 0x49454e44;

/** Bytes of a palette of 256 colours. */
const PALETTE_BYTES = 768;

/** The largest Exif metadata that is read, in bytes. A JPEG cannot contain more. */
const MAX_EXIF_BYTES = 65_535;

/** Returns the data of the IDAT chunks. They are not kept in the header, because a file can have hundreds of thousands. */
export function* compressedParts(bytes: Uint8Array, { dataStart }: PngHeader): Generator<Uint8Array> {
  for (const { type, start, end } of readChunks(bytes, dataStart)) {
    if (type !== IDAT) break;
    yield bytes.subarray(start, end);
  }
}

/** @throws ImageError */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const chunks = readChunks(bytes);
  const format = readFormat(bytes, chunks.next().value);
  const isIndexed = format.colourType === COLOUR.indexed;
  let dataStart = 0;
  let dataBytes = 0;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation: Orientation | undefined;
  for (const chunk of chunks) {
    if (chunk.type === IDAT) {
      dataStart ||= chunk.start;
      dataBytes += Math.min(chunk.end, bytes.length) - chunk.start;
    } else if (dataStart > 0 || chunk.type === IEND) break;
    else if (chunk.end + 4 > bytes.length) throw damaged('a chunk of the PNG is cut off');
    else if (chunk.type === PLTE && isIndexed && !palette) palette = readPalette(bytes, chunk);
    // The palette of other images is a suggestion.
    else if (isCritical(chunk) && (isIndexed || chunk.type !== PLTE))
      throw damaged('the PNG has an unexpected critical chunk');
    else if (chunk.type === tRNS && isTransparency(bytes, chunk, format, palette))
      transparency ??= bytes.subarray(chunk.start, chunk.end);
    else if (chunk.type === eXIf && chunk.end - chunk.start <= MAX_EXIF_BYTES && isIntact(bytes, chunk))
      orientation ??= exifOrientation(bytes.subarray(chunk.start, chunk.end));
  }
  if (dataStart === 0) throw damaged('the PNG has no pixels (IDAT)');
  if (isIndexed && !palette) throw damaged(INVALID_PALETTE);
  return {
    ...{ ...format, dataStart, dataBytes, orientation: orientation ?? 1 },
    ...(palette && { palette }),
    ...(transparency && { transparency }),
  };
}

const INVALID_PALETTE = 'the PNG has no valid palette (PLTE)';

/** Whether a decoder must know a chunk's type: the first letter is a capital (5.4). */
const isCritical = ({ type }: PngChunk): boolean => (type & 0x20000000) === 0;

/** @param chunk the first chunk */
function readFormat(bytes: Uint8Array, chunk: PngChunk | undefined): Format {
  if (chunk?.type === CgBI) {
    throw new ImageError('unsupported', {
      what: 'cannot read a PNG in the variant of iPhone apps (CgBI)',
      next: 'Convert it with `xcrun pngcrush -revert-iphone-optimizations`.',
    });
  }
  if (chunk?.type !== IHDR || chunk.end - chunk.start !== 13 || !isIntact(bytes, chunk)) {
    throw damaged('the PNG has no valid header (IHDR)');
  }
  const data = bytes.subarray(chunk.start, chunk.end);
  const view = viewOf(data);
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = data.subarray(8);
  const format = FORMATS[colourType as ColourType];
  if (!format?.depths.includes(depth)) throw damaged('the PNG has an invalid colour type or depth');
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw damaged('the PNG has an unknown compression, filter or interlace method');
  return {
    ...{ width: view.getUint32(0), height: view.getUint32(4), depth },
    ...{ colourType: colourType as ColourType, channels: format.channels, isInterlaced: interlace === 1 },
  };
}

/** Returns a palette of 256 colours. Those that are missing have the last colour, as in browsers. */
function readPalette(bytes: Uint8Array, chunk: PngChunk): Uint8Array {
  const data = bytes.subarray(chunk.start, chunk.end);
  const last = 3 * Math.floor(data.length / 3) - 3;
  if (last < 0 || data.length > PALETTE_BYTES || !isIntact(bytes, chunk)) throw damaged(INVALID_PALETTE);
  return Uint8Array.from({ length: PALETTE_BYTES }, (_, i) => data[i < last ? i : last + (i % 3)] as number);
}

/** Whether a chunk is a valid transparency: for each colour of the palette, or of one colour. */
function isTransparency(
  bytes: Uint8Array,
  chunk: PngChunk,
  { colourType, channels }: Format,
  palette: Uint8Array | undefined,
): boolean {
  const length = chunk.end - chunk.start;
  const fits =
    colourType === COLOUR.indexed
      ? palette !== undefined && length <= PALETTE_BYTES / 3
      : channels !== 2 && channels !== 4 && length >= 2 * channels;
  return fits && isIntact(bytes, chunk);
}
