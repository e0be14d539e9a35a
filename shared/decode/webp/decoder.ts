/** @file The decoder of WebP files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { orientationWarnings } from '../ignored-orientation.ts';
import { webpCodec } from './codec.ts';
import { readWebpHeader } from './header.ts';

export function webpDecoder(module: WebAssembly.Module): EstimatingDecoder {
  return fileDecoder({
    name: 'webp',
    readHeader: readWebpHeader,
    decode: webpCodec(module),
    cost: () => ({ pixel: 30, byte: 120 }),
    warnings: (header) => orientationWarnings(header.exifOrientation),
  });
}
