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
      // A restart marker that is not expected takes as long as one that is.
      const restarts = (500 * header.restarts * attempts) / (header.width * header.height);
      // libjpeg-turbo decodes what the kernels of reduced/ have found to be damaged at its end: the estimate includes both.
      if (header.scans === 1) return { pixel: 1.5 * attempts + 0.6 + restarts, byte: 25 * attempts };
      // Each scan of a progressive image visits all coefficients.
      return { pixel: (1.5 * attempts + 0.3) * header.scans + 1 + restarts, byte: 75 * attempts + 25 };
    },
    orientations: (header) => [header.orientation],
  });
}
