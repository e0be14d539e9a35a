/**
 * @file Guards against images that hold frame after frame: the decoder decodes them all and shows one.
 *
 * `iinf` tells the types of the items, `iloc` where their pieces lie (ISO/IEC 14496-12, 8.11.3 and 8.11.6). An image is a row of open
 * bitstream units (AV1 Bitstream & Decoding Process Specification, 5.3): a byte with type and flags, one more if a flag says so,
 * the size in groups of 7 bits, the lowest first.
 */
import { viewOf } from '../bytes.ts';
import { damaged, ImageError } from '../image-error.ts';
import { type Box, boxesOf, find, MAX_LISTED } from './boxes.ts';

/** Most frames of an item: those of a layered image (AV1 has up to 4 spatial layers). */
const MAX_FRAMES = 4;

const FRAME_HEADER = 3;
const FRAME = 6;

/**
 * @param meta the boxes of `meta`
 * @throws ImageError, or RangeError when a box is cut off
 */
export function refuseFrames(file: Uint8Array, meta: Box[]): void {
  const images = imageItems(find(meta, 'iinf'));
  for (const { id, pieces } of locations(find(meta, 'iloc'), file, find(meta, 'idat') ?? new Uint8Array())) {
    if (!images.has(id)) continue;
    if (pieces.reduce((sum, piece) => sum + piece.length, 0) > file.length) {
      throw damaged('an item of the AVIF is larger than the file');
    }
    if (countFrames(joined(pieces)) <= MAX_FRAMES) continue;
    throw new ImageError('too-large', {
      what: 'the AVIF takes too long to decode',
      expected: `at most ${MAX_FRAMES} frames in a still image`,
      got: 'more',
      next: 'Save the image as JPEG or PNG.',
    });
  }
}

/** The numbers of the items that are AV1 images. */
function imageItems(iinf: Uint8Array | undefined): Set<number> {
  if (!iinf) throw damaged('the AVIF does not list its items');
  const start = viewOf(iinf).getUint8(0) === 0 ? 6 : 8;
  const items = new Set<number>();
  for (const { content } of boxesOf(iinf.subarray(start))) {
    const view = viewOf(content);
    const [id, typeAt] = view.getUint8(0) < 3 ? [view.getUint16(4), 8] : [view.getUint32(4), 10];
    if (view.getUint32(typeAt) === AV01) items.add(id);
  }
  return items;
}

/** `av01`. */
const AV01 = 0x61763031;

/** Where each item lies: in the file, or in the box `idat`. */
function* locations(iloc: Uint8Array | undefined, file: Uint8Array, idat: Uint8Array) {
  if (!iloc) throw damaged('the AVIF does not say where its image lies');
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
    const pieces: Uint8Array[] = [];
    for (let extents = number(2); extents > 0; extents--) {
      number(indexBytes);
      const start = base + number(offsetBytes);
      const length = number(lengthBytes);
      pieces.push(source.subarray(start, length === 0 ? source.length : start + length));
      listed += 1;
      if (listed > MAX_LISTED) throw damaged('the items of the AVIF lie in too many pieces');
    }
    yield { id, pieces };
  }
}

function joined(pieces: Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Stops behind the most that is allowed. A unit that does not fit ends the row: the decoder will refuse it. */
function countFrames(image: Uint8Array): number {
  let frames = 0;
  for (let at = 0; at < image.length && frames <= MAX_FRAMES; ) {
    const header = image[at] as number;
    const type = (header >> 3) & 15;
    if (type === FRAME || type === FRAME_HEADER) frames += 1;
    at += (header & 4) === 0 ? 1 : 2;
    // Without a size the unit is the last one.
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
