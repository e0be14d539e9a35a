/** @file The decoder of JPEG files. */
import type { Decoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { instantiateJpeg, reducedSize } from './codec.ts';
import { type JpegHeader, readJpegHeader } from './header.ts';

export function jpegDecoder(module: WebAssembly.Module): Decoder {
  return fileDecoder<JpegHeader>({
    name: 'jpeg',
    readHeader: readJpegHeader,
    instantiate: () => instantiateJpeg(module),
    maxPixels: (header) => header.maxPixels,
    decodedSize: reducedSize,
    orientations: (header) => [header.orientation],
  });
}
