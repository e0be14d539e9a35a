/** @file The decoder of JPEG files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { jpegCodec, maxAttempts, scaledSize } from './codec.ts';
import { type JpegHeader, readJpegHeader } from './header.ts';

export function jpegDecoder(turbo: WebAssembly.Module, reduced: WebAssembly.Module): EstimatingDecoder {
  return fileDecoder<JpegHeader>({
    name: 'jpeg',
    readHeader: readJpegHeader,
    decode: jpegCodec(turbo, reduced),
    maxPixels: (header) => header.maxPixels,
    decodedSize: scaledSize,
    cost(header) {
      const attempts = maxAttempts(header);
      // Each scan of a progressive image visits all coefficients. The kernel of reduced/ decodes a damaged image of one scan in vain.
      const pixel = header.scans > 1 ? 1.5 * header.scans * attempts : 1.5 * attempts + 0.6;
      return { pixel, byte: (header.scans > 1 ? 75 : 25) * attempts };
    },
    orientations: (header) => [header.orientation],
  });
}
