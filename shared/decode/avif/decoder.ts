/** @file The decoder of AVIF files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { orientationWarnings } from '../ignored-orientation.ts';
import { avifCodec } from './codec.ts';
import { readAvifHeader } from './header.ts';

export function avifDecoder(module: WebAssembly.Module): EstimatingDecoder {
  return fileDecoder({
    name: 'avif',
    readHeader: readAvifHeader,
    decode: avifCodec(module),
    orientations: (header) => header.orientations,
    cost: ({ width, height, framePixels }) => ({
      pixel: (150 * Math.max(framePixels, width * height)) / (width * height),
      byte: 1000,
    }),
    warnings: (header) => orientationWarnings(header.ignoredOrientation),
  });
}
