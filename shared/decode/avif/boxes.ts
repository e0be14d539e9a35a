/**
 * @file The boxes of an ISO base media file (ISO/IEC 14496-12, 4.2).
 *
 * A box: size with itself (4 bytes; 1 means that 8 more follow the type, 0 means up to the end), type (4), content; numbers are
 * big-endian. A full box begins with version (1) and flags (3).
 */
import { viewOf } from '../bytes.ts';
import { damaged } from '../image-error.ts';

export interface Box {
  type: string;
  content: Uint8Array;
}

/** Most of what a file may list: an image of many tiles has a few hundred boxes, items and pieces. */
export const MAX_LISTED = 10_000;

/** @throws ImageError or RangeError, when the boxes do not fit */
export function boxesOf(bytes: Uint8Array | undefined): Box[] {
  if (!bytes) throw damaged('the AVIF does not describe its image');
  const view = viewOf(bytes);
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const short = view.getUint32(at);
    const isLong = short === 1;
    const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? bytes.length - at : short;
    const start = at + (isLong ? 16 : 8);
    if (at + size < start) throw damaged('a box of the AVIF is smaller than itself');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push({ type, content: bytes.subarray(start, at + size) });
    if (boxes.length > MAX_LISTED) throw damaged('the AVIF has too many boxes');
    at += size;
  }
  return boxes;
}

/** The content of the first box of a type. */
export function find(boxes: Box[], type: string): Uint8Array | undefined {
  return boxes.find((box) => box.type === type)?.content;
}
