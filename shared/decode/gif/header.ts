/**
 * @file Parses a GIF up to its first frame (Graphics Interchange Format, version 89a, 17 to 26). Numbers are little-endian.
 *
 * - Header: signature (6 bytes), width (2), height (2), flags (1), background (1), aspect ratio (1), global colour table.
 * - Extension block: `21`, label (1), sub-blocks.
 * - Image block: `2C`, left (2), top (2), width (2), height (2), flags (1), local colour table, code size (1), sub-blocks.
 * - Sub-blocks: length (1), bytes. A length of 0 ends them.
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';
import type { Size } from '../pixels.ts';

/** The size is that of the canvas, enlarged to contain the first frame. */
export interface GifHeader extends Size {
  frame: GifFrame;
}

export interface GifFrame extends Size {
  left: number;
  top: number;
  isInterlaced: boolean;
  /** RGB of each colour. */
  palette: Uint8Array;
  /** The index of transparent pixels. */
  transparent: number | undefined;
  /** Offset of the code size, which the sub-blocks follow. */
  dataStart: number;
}

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;

/** @throws ImageError */
export function readGifHeader(bytes: Uint8Array): GifHeader {
  try {
    return readHeader(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damaged('the GIF ends before its first image', error);
    throw error;
  }
}

function readHeader(bytes: Uint8Array): GifHeader {
  const view = viewOf(bytes);
  const globalPalette = paletteAt(bytes, 13, view.getUint8(10));
  let transparent: number | undefined;
  let at = 13 + (globalPalette?.length ?? 0);
  for (let block = view.getUint8(at); block === EXTENSION; block = view.getUint8(at)) {
    if (view.getUint8(at + 1) === GRAPHIC_CONTROL) {
      const hasTransparent = (view.getUint8(at + 3) & 1) !== 0;
      transparent = hasTransparent ? view.getUint8(at + 6) : undefined;
    }
    at += 2;
    for (let size = view.getUint8(at); size > 0; size = view.getUint8(at)) at += 1 + size;
    at += 1;
  }
  if (view.getUint8(at) !== IMAGE) throw damaged('the GIF has no image');
  const [left, top] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)];
  const [width, height] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)];
  const flags = view.getUint8(at + 9);
  const localPalette = paletteAt(bytes, at + 10, flags);
  const palette = localPalette ?? globalPalette;
  if (!palette) throw damaged('the GIF has no colour table');
  if (width === 0 || height === 0) throw damaged('the first frame of the GIF has no pixels');
  return {
    width: Math.max(view.getUint16(6, true), left + width),
    height: Math.max(view.getUint16(8, true), top + height),
    frame: {
      left,
      top,
      width,
      height,
      isInterlaced: (flags & 0x40) !== 0,
      palette,
      transparent,
      dataStart: at + 10 + (localPalette?.length ?? 0),
    },
  };
}

/**
 * Returns the colour table at an offset, if there is one.
 * @param flags the highest bit tells whether there is a table, the lowest three its size
 */
function paletteAt(bytes: Uint8Array, at: number, flags: number): Uint8Array | undefined {
  if ((flags & 0x80) === 0) return undefined;
  return bytes.subarray(at, at + 3 * 2 ** ((flags & 7) + 1));
}
