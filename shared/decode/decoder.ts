/** @file Decodes image files of any format to pixels. The trainer, the Workers and the browser run the same code. */
import type { Turn } from '../turn.ts';
import { detectFormat, formatOf, type ImageFormat } from './format.ts';
import type { Pixels } from './pixels.ts';

export interface DecodeOptions {
  /** Longest edge that `use` needs, in pixels. A JPEG is decoded at the smallest scale that has it. Default: its full size. */
  edge?: number | undefined;
  /** Is awaited now and then while a large file is decoded. Default: every file is decoded in one piece. */
  turn?: Turn | undefined;
}

export interface Decoder {
  /**
   * Decodes a file, or the first frame of an animation, and returns what `use` returns. Applies the orientation in its metadata
   * (Exif in JPEG and PNG, AVIF's own properties) and ignores colour profiles. Decodes a large JPEG at a reduced scale.
   * @param use is called once. The pixels are valid during the call only: the next image overwrites them
   * @throws ImageError for any bytes that it cannot decode
   */
  decode<T>(bytes: Uint8Array, use: (pixels: Pixels) => T, options?: DecodeOptions): Promise<T>;
}

/** A decoder whose work can be bounded before it starts. */
export interface EstimatingDecoder extends Decoder {
  /** Estimates from the header how many milliseconds of CPU time an image takes. 0 for bytes that will be rejected at once. */
  cost(bytes: Uint8Array): Promise<number>;
}

/** Combines one decoder per format into a decoder that detects the format. */
export function createDecoder(decoders: Record<ImageFormat, EstimatingDecoder>): EstimatingDecoder {
  return {
    decode: async (bytes, use, options) => decoders[formatOf(bytes)].decode(bytes, use, options),
    cost: async (bytes) => decoders[detectFormat(bytes) as ImageFormat]?.cost(bytes) ?? 0,
  };
}
