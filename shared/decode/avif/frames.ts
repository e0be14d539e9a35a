/**
 * @file Counts the frames in an AVIF and their pixels: the decoder would decode all frames of an image and return one.
 *
 * An AV1 image is a sequence of open bitstream units, OBUs (AV1 Bitstream & Decoding Process Specification, 5.3). An OBU begins
 * with a byte of type and flags, a second byte when the extension flag is set, and its size in groups of 7 bits, lowest first.
 *
 * A sequence header (5.5.1) has the largest size of the frames after it.
 */
import { damaged, ImageError } from '../image-error.ts';
import { AV01, type Item, ItemReader } from './items.ts';

/** Maximum number of frames of an item. A layered image has one per spatial layer, and AV1 has up to 4 layers. */
const MAX_FRAMES = 4;

/** Maximum number of OBUs in a file. An image has about three, and items can share their data. */
const MAX_UNITS = 20_000;

const OBU_SEQUENCE_HEADER = 1;
/** OBU types that begin a frame. */
const OBU_FRAME_HEADER = 3;
const OBU_FRAME = 6;

/**
 * Returns the pixels of all frames of all AV1 images in the file. Counting ends at an OBU that is cut off, which the
 * decoder will reject.
 * @throws ImageError when an image has too many frames or is larger than the file
 */
export function countPixels(file: Uint8Array, items: Item[]): number {
  let pixels = 0;
  let units = 0;
  for (const item of items) {
    if (item.type !== AV01) continue;
    if (item.extents.reduce((sum, { length }) => sum + length, 0) > file.length)
      throw damaged('an item of the AVIF is larger than the file');
    const data = new ItemReader(item);
    let frames = 0;
    let framePixels = 0;
    for (let header = data.next(); header !== undefined; header = data.next()) {
      const type = (header >> 3) & 15;
      if ((header & 4) !== 0) data.skip(1);
      // An OBU without a size is the last one.
      const isLast = (header & 2) === 0;
      const end = isLast ? data.position : unitBytes(data) + data.position;
      if (type === OBU_SEQUENCE_HEADER) framePixels = Math.max(framePixels, pixelsOf(data));
      if (type === OBU_FRAME || type === OBU_FRAME_HEADER) {
        frames += 1;
        pixels += framePixels;
      }
      units += 1;
      if (frames > MAX_FRAMES) throw tooLong(`${MAX_FRAMES} frames in a still image`);
      if (units > MAX_UNITS) throw tooLong(`${MAX_UNITS} units of data`);
      if (isLast || end < data.position) break;
      data.skip(end - data.position);
    }
  }
  return pixels;
}

/** Reads the size of an OBU. */
function unitBytes(data: ItemReader): number {
  let size = 0;
  for (let group = 0; group < 8; group++) {
    const bits = data.next() ?? 0;
    size += (bits & 127) * 2 ** (7 * group);
    if (bits < 128) break;
  }
  return size;
}

/** Reads the beginning of a sequence header (5.5.1), and returns the pixels of its largest frame. */
function pixelsOf(data: ItemReader): number {
  let byte = 0;
  let left = 0;
  const read = (bits: number): number => {
    let value = 0;
    for (; bits > 0; bits--) {
      if (left === 0) [byte, left] = [data.next() ?? 0, 8];
      left -= 1;
      value = 2 * value + ((byte >> left) & 1);
    }
    return value;
  };
  // Profile, and whether there is only one frame.
  read(4);
  const isReduced = read(1) === 1;
  if (isReduced) read(5);
  else readOperatingPoints(read);
  const [widthBits, heightBits] = [1 + read(4), 1 + read(4)];
  return (1 + read(widthBits)) * (1 + read(heightBits));
}

/** Reads the timing and the operating points of a sequence header (5.5.1 to 5.5.5). */
function readOperatingPoints(read: (bits: number) => number): void {
  const flag = () => read(1) === 1;
  let delayBits = 0;
  if (flag()) {
    // Units of a tick and of a second.
    read(64);
    if (flag()) {
      // The ticks of a picture: as many bits as zeros precede the first 1 (4.10.3).
      let zeros = 0;
      while (zeros < 32 && !flag()) zeros += 1;
      read(zeros);
    }
    if (flag()) {
      delayBits = 1 + read(5);
      read(32 + 5 + 5);
    }
  }
  const hasDelays = flag();
  for (let points = 1 + read(5); points > 0; points--) {
    read(12);
    // Levels above 7 have a tier.
    if (read(5) > 7) read(1);
    if (delayBits > 0 && flag()) read(2 * delayBits + 1);
    if (hasDelays && flag()) read(4);
  }
}

function tooLong(limit: string): ImageError {
  return new ImageError('too-large', {
    what: 'the AVIF takes too long to decode',
    expected: `at most ${limit}`,
    got: 'more',
    next: 'Save the image as JPEG or PNG.',
  });
}
