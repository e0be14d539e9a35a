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
import { type PngChunk, readChunks, TYPE } from './chunks.ts';

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
  /** Offset of the first IDAT chunk. The data of these chunks, one after another, are the compressed pixels. */
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

/** Bytes of a palette of 256 colours. */
const PALETTE_BYTES = 768;

/** The largest Exif metadata that is read, in bytes. A JPEG cannot contain more. */
const MAX_EXIF_BYTES = 65_535;

/** Returns the data of the IDAT chunks. They are not kept in the header, because a file can have hundreds of thousands. */
export function* compressedParts(bytes: Uint8Array, { dataStart }: PngHeader): Generator<Uint8Array> {
  for (const { type, data } of readChunks(bytes, dataStart)) {
    if (type !== TYPE.IDAT) break;
    yield data;
  }
}

/** @throws ImageError */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const chunks = readChunks(bytes);
  const format = readFormat(chunks.next().value);
  const isIndexed = format.colourType === COLOUR.indexed;
  let dataStart = 0;
  let dataBytes = 0;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let orientation: Orientation | undefined;
  for (const chunk of chunks) {
    if (chunk.type === TYPE.IDAT) {
      dataStart ||= chunk.at;
      dataBytes += Math.min(chunk.end, bytes.length) - chunk.at - 8;
    } else if (dataStart > 0 || chunk.type === TYPE.IEND) break;
    else if (chunk.isCutOff) throw damaged('a chunk of the PNG is cut off');
    else if (chunk.type === TYPE.PLTE && isIndexed && !palette) palette = readPalette(chunk);
    // The palette of other images is a suggestion.
    else if (chunk.isCritical && (isIndexed || chunk.type !== TYPE.PLTE))
      throw damaged('the PNG has an unexpected critical chunk');
    else if (chunk.type === TYPE.tRNS && isTransparency(chunk, format, palette)) transparency ??= chunk.data;
    else if (chunk.type === TYPE.eXIf && chunk.data.length <= MAX_EXIF_BYTES && chunk.isIntact())
      orientation ??= exifOrientation(chunk.data);
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

/** @param chunk the first chunk */
function readFormat(chunk: PngChunk | undefined): Format {
  if (chunk?.type === TYPE.CgBI) {
    throw new ImageError('unsupported', {
      what: 'cannot read a PNG in the variant of iPhone apps (CgBI)',
      next: 'Convert it with `xcrun pngcrush -revert-iphone-optimizations`.',
    });
  }
  if (chunk?.type !== TYPE.IHDR || chunk.data.length !== 13 || !chunk.isIntact()) {
    throw damaged('the PNG has no valid header (IHDR)');
  }
  const { data } = chunk;
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
function readPalette(chunk: PngChunk): Uint8Array {
  const { data } = chunk;
  const last = 3 * Math.floor(data.length / 3) - 3;
  if (last < 0 || data.length > PALETTE_BYTES || !chunk.isIntact()) throw damaged(INVALID_PALETTE);
  return Uint8Array.from({ length: PALETTE_BYTES }, (_, i) => data[i < last ? i : last + (i % 3)] as number);
}

/** Whether a chunk is a valid transparency: for each colour of the palette, or of one colour. */
function isTransparency(
  chunk: PngChunk,
  { colourType, channels }: Format,
  palette: Uint8Array | undefined,
): boolean {
  const { length } = chunk.data;
  const fits =
    colourType === COLOUR.indexed
      ? palette !== undefined && length <= PALETTE_BYTES / 3
      : channels !== 2 && channels !== 4 && length >= 2 * channels;
  return fits && chunk.isIntact();
}
