/** @file What the decoders of all formats have in common. */
import type { Pixels } from './pixels.ts';

/** One instance of a decoder, with its own memory. */
export interface Codec<Header> {
  /**
   * Decodes a whole file, synchronously.
   * @param header what the format's `read…Header` found in the same bytes
   * @returns nothing, when it refuses the file
   * @throws ImageError or anything else, for damaged input; the instance is not usable after that
   */
  decode(bytes: Uint8Array, header: Header): Pixels | undefined;
  /** Whether the pixels lie in the instance's memory, where they hold until its next call. */
  readonly lendsPixels: boolean;
  /** Size of the instance's memory in bytes. It only ever grows. */
  memoryBytes(): number;
}
