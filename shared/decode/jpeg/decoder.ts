/** @file The decoder of JPEG files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { jpegCodec, maxAttempts, scaledSize } from './codec.ts';
import { type JpegHeader, readJpegHeader } from './header.ts';

export function jpegDecoder(module: WebAssembly.Module): EstimatingDecoder {
  return fileDecoder<JpegHeader>({
    name: 'jpeg',
    readHeader: readJpegHeader,
    decode: jpegCodec(module),
    maxPixels: (header) => header.maxPixels,
    decodedSize: scaledSize,
    // Each scan of a progressive image visits all coefficients.
    cost(header) {
      const attempts = maxAttempts(header);
      return { pixel: 1.5 * header.scans * attempts, byte: (header.scans > 1 ? 75 : 25) * attempts };
    },
    orientations: (header) => [header.orientation],
  });
}
