/** @file The interface between the decoder libraries and the code that every format shares (file-decoder.ts). */
import type { Pace } from './pace.ts';
import type { Pixels, Size } from './pixels.ts';

/**
 * Decodes a whole file.
 * @param header the header that the format's parser found in the same bytes
 * @param size the size of the result: that in the header, unless the format can decode at a reduced scale
 * @param pace is told of each piece of work
 * @returns pixels that can lie in the decoders' memory, which the next file overwrites; undefined when the library rejects the file
 * @throws ImageError or any other error for damaged input
 */
export type Codec<Header> = (
  bytes: Uint8Array,
  header: Header,
  size: Size,
  pace: Pace,
) => Promise<Pixels | undefined> | Pixels | undefined;

/** Returns a stub for an import that a decoder library should never call. The stub throws. */
export function unusedImport(decoder: string, name: string): () => never {
  return () => {
    throw new Error(`the ${decoder} decoder called ${name}`);
  };
}
