/**
 * @file Parses the chunks of a PNG (W3C, Portable Network Graphics, 5.3): length of the data (4 bytes), type (4), data, CRC (4).
 * Numbers are big-endian.
 */
import { crc32 } from '../../crc32.ts';
import { viewOf } from '../bytes.ts';

/** The types that the decoder reads: four characters, as a number. */
export const TYPE = {
  CgBI: 0x43674249,
  IHDR: 0x49484452,
  PLTE: 0x504c5445,
  tRNS: 0x74524e53,
  eXIf: 0x65584966,
  IDAT: 0x49444154,
  IEND: 0x49454e44,
};

/** A chunk in a file. A file of 10 MB can have 800,000, so views of their bytes are only created when they are read. */
export class PngChunk {
  readonly type: number;
  /** Offset of the chunk. */
  readonly at: number;
  /** Offset after its data, which is behind the end of the file when the chunk is cut off. */
  readonly end: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, view: DataView, at: number) {
    this.type = view.getUint32(at + 4);
    this.at = at;
    this.end = at + 8 + view.getUint32(at);
    this.#bytes = bytes;
  }

  /** Extends to the end of the file when the chunk is cut off. */
  get data(): Uint8Array {
    return this.#bytes.subarray(this.at + 8, this.end);
  }

  get isCutOff(): boolean {
    return this.end + 4 > this.#bytes.length;
  }

  /** Whether a decoder must know its type: the first letter is a capital (5.4). */
  get isCritical(): boolean {
    return (this.type & 0x20000000) === 0;
  }

  /** Returns whether the CRC is right: that of type and data. Slow for large chunks. */
  isIntact(): boolean {
    if (this.isCutOff) return false;
    return crc32(this.#bytes.subarray(this.at + 4, this.end)) === viewOf(this.#bytes).getUint32(this.end);
  }
}

const SIGNATURE_BYTES = 8;

/** Yields the chunks in order. @param from offset of the first one */
export function* readChunks(bytes: Uint8Array, from = SIGNATURE_BYTES): Generator<PngChunk> {
  const view = viewOf(bytes);
  for (let at = from; at + 8 <= bytes.length; ) {
    const chunk = new PngChunk(bytes, view, at);
    yield chunk;
    at = chunk.end + 4;
  }
}
