/**
 * @file The first frame of a GIF (Graphics Interchange Format, version 89a, 17 to 26).
 *
 * 6 bytes of signature; width (2), height (2), flags (1), background (1), ratio (1), a table of colours; then blocks: an
 * extension `21 label` or an image `2C left top width height flags`, a table of colours, the code size, followed by data in
 * sub-blocks: length (1), bytes; a length of 0 ends them. Numbers are little-endian.
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';

export interface GifHeader {
  /** Of the canvas, which is as large as the first frame at least. */
  width: number;
  height: number;
  frame: GifFrame;
}

export interface GifFrame {
  left: number;
  top: number;
  width: number;
  height: number;
  isInterlaced: boolean;
  /** Red, green, blue of each colour. */
  palette: Uint8Array;
  /** The index that stands for no colour. */
  transparent: number | undefined;
  /** Where the code size lies; the sub-blocks follow. */
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
  const common = paletteAt(bytes, 13, view.getUint8(10));
  let transparent: number | undefined;
  let at = 13 + (common?.length ?? 0);
  for (let block = view.getUint8(at); block === EXTENSION; block = view.getUint8(at)) {
    const hasTransparent = view.getUint8(at + 1) === GRAPHIC_CONTROL && (view.getUint8(at + 3) & 1) !== 0;
    if (hasTransparent) transparent = view.getUint8(at + 6);
    at += 2;
    for (let size = view.getUint8(at); size > 0; size = view.getUint8(at)) at += 1 + size;
    at += 1;
  }
  if (view.getUint8(at) !== IMAGE) throw damaged('the GIF has no image');
  const [left, top] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)];
  const [width, height] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)];
  const flags = view.getUint8(at + 9);
  const own = paletteAt(bytes, at + 10, flags);
  const palette = own ?? common;
  if (!palette) throw damaged('the GIF has no table of colours');
  if (width === 0 || height === 0) throw damaged('its first frame has no pixels');
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
      dataStart: at + 10 + (own?.length ?? 0),
    },
  };
}

/** @param flags their highest bit says whether there is a table, the lowest three its size */
function paletteAt(bytes: Uint8Array, at: number, flags: number): Uint8Array | undefined {
  if ((flags & 0x80) === 0) return undefined;
  return bytes.subarray(at, at + 3 * 2 ** ((flags & 7) + 1));
}
