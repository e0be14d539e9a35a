/** @file The interface between the decoder libraries and the code that every format shares (file-decoder.ts). */
import type { Pixels } from './pixels.ts';

/** One instance of a decoder library, with its own memory. */
export interface Codec<Header> {
  /**
   * Decodes a whole file, synchronously.
   * @param header the header that the format's parser found in the same bytes
   * @returns undefined when the library rejects the file
   * @throws ImageError or any other error for damaged input; the instance must not be used again
   */
  decode(bytes: Uint8Array, header: Header): Pixels | undefined;
  /** Whether the returned pixels are a view of the instance's memory, valid until its next call. */
  readonly returnsView: boolean;
  /** Size of the instance's memory, in bytes. It never shrinks. */
  memoryBytes(): number;
}

/** Returns a stub for an import that a decoder library should never call. The stub throws. */
export function unusedImport(decoder: string, name: string): () => never {
  return () => {
    throw new Error(`the ${decoder} decoder called ${name}`);
  };
}
