/**
 * @file Parses the boxes of an ISO base media file (ISO/IEC 14496-12, 4.2).
 *
 * A box is its size including this header (4 bytes), type (4), content. Size 1: a size of 8 bytes follows the type. Size 0: the
 * box extends to the end of the file. Numbers are big-endian. The content of a full box begins with version (1) and flags (3).
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';

export interface IsoBox {
  type: string;
  content: Uint8Array;
}

/** Maximum number of boxes in a box; twice as many items and extents together. An image of many tiles has a few hundred. */
export const MAX_LISTED = 10_000;

/**
 * Parses the boxes in the content of a box.
 * @param bytes the content, undefined when the box is missing
 * @throws ImageError when the box is missing or invalid; RangeError when a box is cut off
 */
export function parseBoxes(bytes: Uint8Array | undefined): IsoBox[] {
  if (!bytes) throw damaged('the AVIF lacks a box that describes its image');
  const view = viewOf(bytes);
  const boxes: IsoBox[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const short = view.getUint32(at);
    const isLong = short === 1;
    const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? bytes.length - at : short;
    const start = at + (isLong ? 16 : 8);
    if (at + size < start) throw damaged('a box of the AVIF has an invalid size');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, content: bytes.subarray(start, at + size) });
    if (boxes.length > MAX_LISTED) throw damaged('the AVIF has too many boxes');
    at += size;
  }
  return boxes;
}

/** Returns the content of the first box of a type. */
export function contentOf(boxes: IsoBox[], type: string): Uint8Array | undefined {
  return boxes.find((box) => box.type === type)?.content;
}
