/** @file What the two WebAssembly decoders have in common. */
import type { Pixels } from './pixels.ts';

/** One instance of a decoder, with its own memory. */
export interface Codec {
  /**
   * Decodes a whole file, synchronously.
   * @throws anything, for damaged input; the instance is not usable after that
   */
  decode(bytes: Uint8Array): Pixels;
  /** Size of the instance's memory in bytes. It only ever grows. */
  memoryBytes(): number;
}
