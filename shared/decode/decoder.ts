/** @file Decodes image files of any format to pixels. The trainer, the Workers and the browser run the same code. */
import { formatOf, type ImageFormat } from './format.ts';
import type { Pixels } from './pixels.ts';

export interface Decoder {
  /**
   * Decodes a file, or the first frame of an animation. Applies the orientation in its metadata (Exif in JPEG and PNG, AVIF's own
   * properties) and ignores colour profiles. Decodes a large JPEG at a reduced scale.
   * @throws ImageError for any bytes that it cannot decode
   */
  decode(bytes: Uint8Array): Promise<Pixels>;
}

/** Combines one decoder per format into a decoder that detects the format. */
export function createDecoder(decoders: Record<ImageFormat, Decoder>): Decoder {
  return { decode: async (bytes) => decoders[formatOf(bytes)].decode(bytes) };
}
