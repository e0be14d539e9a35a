/** @file The decoder of PNG files. */
import type { Decoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { instantiatePng } from './codec.ts';
import { readPngHeader } from './header.ts';
import { checkInflatedSize } from './inflated-size.ts';

export function pngDecoder(module: WebAssembly.Module): Decoder {
  return fileDecoder({
    name: 'png',
    readHeader: readPngHeader,
    instantiate: () => instantiatePng(module),
    check: checkInflatedSize,
    orientations: (header) => [header.orientation],
  });
}
