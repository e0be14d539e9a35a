/**
 * @file Limits the number of frames in a still image: the decoder would decode all of them and return one.
 *
 * The box `iinf` lists the items and their types, `iloc` the extents of their data (ISO/IEC 14496-12, 8.11.3 and 8.11.6).
 *
 * An AV1 image is a sequence of open bitstream units, OBUs (AV1 Bitstream & Decoding Process Specification, 5.3). An OBU begins
 * with a byte of type and flags, a second byte when the extension flag is set, and its size in groups of 7 bits, lowest first.
 */
import { viewOf } from '../bytes.ts';
import { damaged, ImageError } from '../image-error.ts';
import { contentOf, type IsoBox, MAX_LISTED, parseBoxes } from './boxes.ts';

/** Maximum number of frames of an item. A layered image has one per spatial layer, and AV1 has up to 4 layers. */
const MAX_FRAMES = 4;

/** OBU types that begin a frame. */
const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

/** The item type `av01`. */
const AV01 = 0x61763031;

/**
 * Checks the number of frames of each AV1 image.
 * @param meta the boxes in `meta`
 * @throws ImageError when an image has too many frames or the boxes are invalid; RangeError when a box is cut off
 */
export function limitFrames(file: Uint8Array, meta: IsoBox[]): void {
  const images = imageItems(contentOf(meta, 'iinf'));
  const idat = contentOf(meta, 'idat') ?? new Uint8Array();
  for (const { id, extents } of itemExtents(contentOf(meta, 'iloc'), file, idat)) {
    if (!images.has(id)) continue;
    if (extents.reduce((sum, extent) => sum + extent.length, 0) > file.length) {
      throw damaged('an item of the AVIF is larger than the file');
    }
    if (countFrames(joined(extents)) <= MAX_FRAMES) continue;
    throw new ImageError('too-large', {
      what: 'the AVIF takes too long to decode',
      expected: `at most ${MAX_FRAMES} frames in a still image`,
      got: 'more',
      next: 'Save the image as JPEG or PNG.',
    });
  }
}

/** Returns the IDs of the items that are AV1 images. */
function imageItems(iinf: Uint8Array | undefined): Set<number> {
  if (!iinf) throw damaged('the AVIF has no list of items (iinf)');
  const start = viewOf(iinf).getUint8(0) === 0 ? 6 : 8;
  const items = new Set<number>();
  for (const { content } of parseBoxes(iinf.subarray(start))) {
    const view = viewOf(content);
    const [id, typeAt] = view.getUint8(0) < 3 ? [view.getUint16(4), 8] : [view.getUint32(4), 10];
    if (view.getUint32(typeAt) === AV01) items.add(id);
  }
  return items;
}

/** Yields the extents of each item: parts of the file, or of the box `idat`. */
function* itemExtents(iloc: Uint8Array | undefined, file: Uint8Array, idat: Uint8Array) {
  if (!iloc) throw damaged('the AVIF has no locations of items (iloc)');
  const view = viewOf(iloc);
  let at = 0;
  const number = (bytes: number) => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value = 256 * value + view.getUint8(at++);
    return value;
  };
  const version = number(1);
  number(3);
  const [sizes, moreSizes] = [number(1), number(1)];
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 4, sizes & 15, moreSizes >> 4];
  const indexBytes = version === 0 ? 0 : moreSizes & 15;
  const idBytes = version < 2 ? 2 : 4;
  let listed = 0;
  for (let items = number(idBytes); items > 0; items--) {
    const id = number(idBytes);
    const source = version > 0 && (number(2) & 15) === 1 ? idat : file;
    number(2);
    const base = number(baseBytes);
    const extents: Uint8Array[] = [];
    for (let count = number(2); count > 0; count--) {
      number(indexBytes);
      const start = base + number(offsetBytes);
      const length = number(lengthBytes);
      extents.push(source.subarray(start, length === 0 ? source.length : start + length));
      listed += 1;
      if (listed > MAX_LISTED) throw damaged('the items of the AVIF have too many extents');
    }
    yield { id, extents };
  }
}

function joined(extents: Uint8Array[]): Uint8Array {
  if (extents.length === 1) return extents[0] as Uint8Array;
  const whole = new Uint8Array(extents.reduce((sum, extent) => sum + extent.length, 0));
  let at = 0;
  for (const extent of extents) {
    whole.set(extent, at);
    at += extent.length;
  }
  return whole;
}

/** Counts frames up to one more than MAX_FRAMES. Counting ends at an OBU that is cut off, which the decoder will reject. */
function countFrames(image: Uint8Array): number {
  let frames = 0;
  for (let at = 0; at < image.length && frames <= MAX_FRAMES; ) {
    const header = image[at] as number;
    const type = (header >> 3) & 15;
    if (type === OBU_FRAME || type === OBU_FRAME_HEADER) frames += 1;
    at += (header & 4) === 0 ? 1 : 2;
    // An OBU without a size is the last one.
    if ((header & 2) === 0) break;
    let size = 0;
    for (let group = 0; group < 8; group++) {
      const bits = image[at++] ?? 0;
      size += (bits & 127) * 2 ** (7 * group);
      if (bits < 128) break;
    }
    at += size;
  }
  return frames;
}
