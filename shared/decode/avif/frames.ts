/**
 * @file Limits the number of frames in a still image: the decoder would decode all of them and return one.
 *
 * An AV1 image is a sequence of open bitstream units, OBUs (AV1 Bitstream & Decoding Process Specification, 5.3). An OBU begins
 * with a byte of type and flags, a second byte when the extension flag is set, and its size in groups of 7 bits, lowest first.
 */
import { damaged, ImageError } from '../image-error.ts';
import { AV01, dataOf, type Item } from './items.ts';

/** Maximum number of frames of an item. A layered image has one per spatial layer, and AV1 has up to 4 layers. */
const MAX_FRAMES = 4;

/** OBU types that begin a frame. */
const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

/**
 * Checks the number of frames of each AV1 image.
 * @throws ImageError when an image has too many frames or is larger than the file
 */
export function limitFrames(file: Uint8Array, items: Item[]): void {
  for (const item of items) {
    if (item.type !== AV01) continue;
    if (item.extents.reduce((sum, { length }) => sum + length, 0) > file.length)
      throw damaged('an item of the AVIF is larger than the file');
    if (countFrames(dataOf(item)) <= MAX_FRAMES) continue;
    throw new ImageError('too-large', {
      what: 'the AVIF takes too long to decode',
      expected: `at most ${MAX_FRAMES} frames in a still image`,
      got: 'more',
      next: 'Save the image as JPEG or PNG.',
    });
  }
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
