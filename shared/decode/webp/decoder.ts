/** @file The decoder of WebP files. */
import type { Decoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { instantiateWebp } from './codec.ts';
import { readWebpHeader } from './header.ts';

export function webpDecoder(module: WebAssembly.Module): Decoder {
  return fileDecoder({
    name: 'webp',
    readHeader: readWebpHeader,
    instantiate: () => instantiateWebp(module),
  });
}
