/** @file Bytes of an image file → pixels, whatever its format; the same code in the trainer, the Workers and the browser. */
import { formatOf, type ImageFormat } from './format.ts';
import type { Pixels } from './pixels.ts';

export interface Decoder {
  /**
   * Decodes a file. Of an animation the first frame counts. The image is turned as its metadata says (Exif in JPEG and PNG, AVIF's
   * own properties); colour profiles are ignored. A large JPEG is decoded at a reduced scale.
   * @throws ImageError for whatever the bytes may be
   */
  decode(bytes: Uint8Array): Promise<Pixels>;
}

/** One decoder of files in a known format for each of the formats. Where their code runs is up to them. */
export function createDecoder(decoders: Record<ImageFormat, Decoder>): Decoder {
  return { decode: async (bytes) => decoders[formatOf(bytes)].decode(bytes) };
}
