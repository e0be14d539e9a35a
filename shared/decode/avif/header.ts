/**
 * @file What an AVIF's boxes say before anything is decoded (ISO/IEC 23008-12, 6 and 9; AV1 Image File Format).
 *
 * `meta` holds `pitm`, the number of the primary item, and `iprp`, the items' properties: `ipco` lists them, `ipma` says which
 * item has which.
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { damaged, ImageError } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import { type Box, boxesOf, find } from './boxes.ts';
import { refuseFrames } from './frames.ts';

export interface AvifHeader {
  width: number;
  height: number;
  /** What turns the decoded pixels into the shown ones, in this order. */
  turns: Orientation[];
  /** Whether the file says that it is foremost a sequence, beside its still image. */
  isSequence: boolean;
}

/** @throws ImageError */
export function readAvifHeader(bytes: Uint8Array): AvifHeader {
  try {
    return readHeader(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damaged('a box of the AVIF is cut off', error);
    throw error;
  }
}

function readHeader(bytes: Uint8Array): AvifHeader {
  const isSequence = hasTextAt(bytes, 8, 'avis');
  const meta = find(boxesOf(bytes), 'meta');
  if (!meta && isSequence) {
    throw new ImageError('unsupported', {
      what: 'cannot read an AVIF sequence without a still image',
      next: 'Save one of its images as JPEG or PNG.',
    });
  }
  const boxes = boxesOf(meta?.subarray(4));
  const primary = primaryItem(find(boxes, 'pitm'));
  const properties = boxesOf(find(boxes, 'iprp'));
  const list = boxesOf(find(properties, 'ipco'));
  const header: AvifHeader = { width: 0, height: 0, turns: [], isSequence };
  for (const index of propertyIndices(find(properties, 'ipma'), primary)) {
    const { type, content } = list[index - 1] ?? NO_BOX;
    const view = viewOf(content);
    if (type === 'ispe') [header.width, header.height] = [view.getUint32(4), view.getUint32(8)];
    // Quarter turns, anti-clockwise (6.5.10).
    if (type === 'irot') header.turns.push(([1, 8, 3, 6] as const)[view.getUint8(0) & 3] as Orientation);
    // 0: top and bottom change places; 1: left and right (6.5.12).
    if (type === 'imir') header.turns.push((view.getUint8(0) & 1) === 0 ? 4 : 2);
  }
  refuseFrames(bytes, boxes);
  return header;
}

const NO_BOX: Box = { type: '', content: new Uint8Array() };

/** The number of the item that is the image (14496-12, 8.11.4). */
function primaryItem(pitm: Uint8Array | undefined): number {
  if (!pitm) throw damaged('the AVIF has no primary item');
  const view = viewOf(pitm);
  return view.getUint8(0) === 0 ? view.getUint16(4) : view.getUint32(4);
}

/** The properties of `item`, counted from 1, in their order (23008-12, 9.3). */
function propertyIndices(ipma: Uint8Array | undefined, item: number): number[] {
  if (!ipma) throw damaged('the AVIF does not describe its image');
  const view = viewOf(ipma);
  const hasLongItems = view.getUint8(0) > 0;
  const hasLongIndices = (view.getUint8(3) & 1) !== 0;
  const [itemBytes, indexBytes] = [hasLongItems ? 4 : 2, hasLongIndices ? 2 : 1];
  let at = 8;
  for (let entries = view.getUint32(4); entries > 0; entries--) {
    const id = hasLongItems ? view.getUint32(at) : view.getUint16(at);
    const count = view.getUint8(at + itemBytes);
    at += itemBytes + 1;
    // The highest bit of an index says whether a reader must know the property.
    const index = (i: number) =>
      hasLongIndices ? view.getUint16(at + 2 * i) & 0x7fff : view.getUint8(at + i) & 0x7f;
    if (id === item) return Array.from({ length: count }, (_, i) => index(i));
    at += count * indexBytes;
  }
  return [];
}
