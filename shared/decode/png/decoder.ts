/** @file The decoder of PNG files. */
import type { EstimatingDecoder } from '../decoder.ts';
import { fileDecoder } from '../file-decoder.ts';
import { pngCodec } from './codec.ts';
import { readPngHeader } from './header.ts';
import { checkInflatedSize } from './inflated-size.ts';

export function pngDecoder(module: WebAssembly.Module): EstimatingDecoder {
  return fileDecoder({
    name: 'png',
    readHeader: readPngHeader,
    decode: pngCodec(module),
    cost: () => ({ pixel: 25, byte: 65 }),
    check: checkInflatedSize,
    orientations: (header) => [header.orientation],
  });
}
