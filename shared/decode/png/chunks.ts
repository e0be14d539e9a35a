/**
 * @file Parses the chunks of a PNG (W3C, Portable Network Graphics, 5.3): length of the data (4 bytes), type (4), data, CRC (4).
 * Numbers are big-endian.
 */
import { crc32 } from '../../crc32.ts';
import { viewOf } from '../bytes.ts';

export interface PngChunk {
  type: string;
  /** Extends to the end of the file when the chunk is cut off. */
  data: Uint8Array;
  /** CRC-32 of type and data, as stored; undefined when the chunk is cut off. */
  crc: number | undefined;
}

const SIGNATURE_BYTES = 8;

/** Yields the chunks in order. */
export function* readChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = viewOf(bytes);
  for (let at = SIGNATURE_BYTES; at + 8 <= bytes.length; ) {
    const start = at + 8;
    const end = start + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, start));
    const crc = end + 4 <= bytes.length ? view.getUint32(end) : undefined;
    yield { type, data: bytes.subarray(start, end), crc };
    at = end + 4;
  }
}

/** Returns whether the CRC of a chunk is right. Slow for large chunks. */
export function isIntact({ type, data, crc }: PngChunk): boolean {
  const name = Uint8Array.from(type, (letter) => letter.charCodeAt(0));
  return crc32(name, data) === crc;
}

/** Returns whether a decoder must know a chunk's type: the first letter is a capital (5.4). */
export function isCritical({ type }: PngChunk): boolean {
  return (type.charCodeAt(0) & 0x20) === 0;
}
