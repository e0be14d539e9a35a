/**
 * @file Parses the boxes of an AVIF without decoding its image (ISO/IEC 23008-12, 6 and 9; AV1 Image File Format).
 *
 * The box `meta` contains `pitm`, the ID of the primary item, and `iprp`, the properties: `ipco` lists them, `ipma` associates
 * them with items.
 */
import { hasTextAt, viewOf } from '../bytes.ts';
import { exifOrientation } from '../exif.ts';
import { damaged, ImageError } from '../image-error.ts';
import type { Orientation } from '../orientation.ts';
import type { Size } from '../pixels.ts';
import { contentOf, type IsoBox, parseBoxes } from './boxes.ts';
import { countPixels } from './frames.ts';
import { EXIF, type Item, readItems } from './items.ts';

export interface AvifHeader extends Size {
  /** Transformations of the decoded pixels into the displayed ones, in order. */
  orientations: Orientation[];
  /** The orientation in Exif metadata when the file has no transformations. Browsers ignore it. */
  ignoredOrientation: Orientation;
  /** The pixels of all frames of all images in the file: tiles, opacity, and images that are larger than the header says. */
  framePixels: number;
  /** Whether the file's major brand is that of image sequences. */
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
  const meta = contentOf(parseBoxes(bytes), 'meta');
  if (!meta && isSequence) {
    throw new ImageError('unsupported', {
      what: 'cannot read an AVIF sequence without a still image',
      next: 'Save one of its frames as JPEG or PNG.',
    });
  }
  const boxes = parseBoxes(meta?.subarray(4));
  const primary = primaryItem(contentOf(boxes, 'pitm'));
  const properties = parseBoxes(contentOf(boxes, 'iprp'));
  const list = parseBoxes(contentOf(properties, 'ipco'));
  const orientations: Orientation[] = [];
  const seen = new Set<string>();
  let [width, height] = [0, 0];
  for (const index of propertyIndices(contentOf(properties, 'ipma'), primary)) {
    const { type, content } = list[index - 1] ?? NO_BOX;
    const view = viewOf(content);
    if (type === 'ispe') [width, height] = [view.getUint32(4), view.getUint32(8)];
    if (type !== 'irot' && type !== 'imir') continue;
    // An item has one of each at most (6.5.10, 6.5.12). Browsers use the first.
    if (seen.has(type)) continue;
    seen.add(type);
    // Quarter turns anti-clockwise, or 0 to swap top and bottom and 1 to swap left and right.
    if (type === 'irot') orientations.push(([1, 8, 3, 6] as const)[view.getUint8(0) & 3] as Orientation);
    else orientations.push((view.getUint8(0) & 1) === 0 ? 4 : 2);
  }
  const items = readItems(bytes, boxes);
  const isUpright = orientations.every((orientation) => orientation === 1);
  return {
    width,
    height,
    orientations,
    isSequence,
    framePixels: countPixels(bytes, items),
    ignoredOrientation: isUpright ? orientationIn(items) : 1,
  };
}

/** Returns the orientation in the Exif metadata: the offset of its TIFF header (4 bytes), the bytes up to it, then the TIFF header. */
function orientationIn(items: Item[]): Orientation {
  const exif = items.find(({ type }) => type === EXIF);
  const data = exif?.extents[0];
  return data && data.length >= 4 ? exifOrientation(data.subarray(4 + viewOf(data).getUint32(0))) : 1;
}

const NO_BOX: IsoBox = { type: '', content: new Uint8Array() };

/** Returns the ID of the primary item (14496-12, 8.11.4). */
function primaryItem(pitm: Uint8Array | undefined): number {
  if (!pitm) throw damaged('the AVIF has no primary item');
  const view = viewOf(pitm);
  return view.getUint8(0) === 0 ? view.getUint16(4) : view.getUint32(4);
}

/** Returns the indices of an item's properties in order, counted from 1 (23008-12, 9.3). */
function propertyIndices(ipma: Uint8Array | undefined, item: number): number[] {
  if (!ipma) throw damaged('the AVIF has no associations of properties (ipma)');
  const view = viewOf(ipma);
  const hasLongItems = view.getUint8(0) > 0;
  const hasLongIndices = (view.getUint8(3) & 1) !== 0;
  const [itemBytes, indexBytes] = [hasLongItems ? 4 : 2, hasLongIndices ? 2 : 1];
  let at = 8;
  for (let entries = view.getUint32(4); entries > 0; entries--) {
    const id = hasLongItems ? view.getUint32(at) : view.getUint16(at);
    const count = view.getUint8(at + itemBytes);
    at += itemBytes + 1;
    // The highest bit marks properties that a reader must support.
    const index = (i: number) =>
      hasLongIndices ? view.getUint16(at + 2 * i) & 0x7fff : view.getUint8(at + i) & 0x7f;
    if (id === item) return Array.from({ length: count }, (_, i) => index(i));
    at += count * indexBytes;
  }
  return [];
}
