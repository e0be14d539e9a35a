/** @file PNG files → pixels. */
import type { Decoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { refuseBomb } from './bomb.ts';
import { instantiatePng } from './codec.ts';
import { readPngHeader } from './header.ts';

export function pngDecoder(module: WebAssembly.Module): Decoder {
  return fileDecoder({
    name: 'png',
    readHeader: readPngHeader,
    instantiate: () => instantiatePng(module),
    check: refuseBomb,
    turns: (header) => [header.orientation],
  });
}
