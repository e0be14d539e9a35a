/**
 * @file Parses the chunks of a PNG (W3C, Portable Network Graphics, 5.3): length of the data (4 bytes), type (4), data, CRC (4).
 * Numbers are big-endian.
 */
import { crc32 } from '../../crc32.ts';
import { viewOf } from '../bytes.ts';

/** A chunk in a file. A file of 10 MB can have 800,000, so it has no views of its bytes. */
export interface PngChunk {
  /** Four characters, as a number. */
  type: number;
  /** Offset of its data. */
  start: number;
  /** Offset after its data, which is behind the end of the file when the chunk is cut off. */
  end: number;
}

const SIGNATURE_BYTES = 8;

/** Yields the chunks in order. @param from offset of the data of the first one */
export function* readChunks(bytes: Uint8Array, from = SIGNATURE_BYTES + 8): Generator<PngChunk> {
  const view = viewOf(bytes);
  for (let start = from; start <= bytes.length; ) {
    const end = start + view.getUint32(start - 8);
    yield { type: view.getUint32(start - 4), start, end };
    start = end + 12;
  }
}

/** Returns whether the CRC of a chunk is right: that of type and data. Slow for large chunks. */
export const isIntact = (bytes: Uint8Array, { start, end }: PngChunk): boolean =>
  end + 4 <= bytes.length && crc32(bytes.subarray(start - 4, end)) === viewOf(bytes).getUint32(end);
