/** @file The decoder of AVIF files. */
import type { Decoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { instantiateAvif } from './codec.ts';
import { readAvifHeader } from './header.ts';

export function avifDecoder(module: WebAssembly.Module): Decoder {
  return fileDecoder({
    name: 'avif',
    readHeader: readAvifHeader,
    instantiate: () => instantiateAvif(module),
    orientations: (header) => header.orientations,
  });
}
